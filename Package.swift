// swift-tools-version: 6.2
import PackageDescription

/// One set of compiler settings for every target (STYLE.md says why each is on).
let strict: [SwiftSetting] = [
    .swiftLanguageMode(.v6),
    .treatAllWarnings(as: .error),
    .strictMemorySafety(),
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("InternalImportsByDefault"),
    .enableUpcomingFeature("MemberImportVisibility"),
    .enableUpcomingFeature("NonisolatedNonsendingByDefault"),
    // The layers are small modules, and their hot calls cross them: a tenth less CPU per request.
    .unsafeFlags(["-cross-module-optimization"], .when(configuration: .release)),
]

/// A Swift target with the project's settings. `path` only where the folder is not `Sources/<name>`.
func layer(_ name: String, _ dependencies: [String], path: String? = nil, exclude: [String] = []) -> Target {
    .target(
        name: name, dependencies: dependencies.map { .byName(name: $0) }, path: path, exclude: exclude,
        swiftSettings: strict)
}

func tests(_ name: String, _ dependencies: [String], exclude: [String] = []) -> Target {
    .testTarget(
        name: name, dependencies: dependencies.map { .byName(name: $0) }, path: "Tests/\(name)", exclude: exclude,
        swiftSettings: strict)
}

let package = Package(
    name: "polyrelay",
    products: [.executable(name: "polyrelay", targets: ["polyrelay"])],
    targets: [
        // Layer 0: C. Each is imported by the one or two tool targets named in its header.
        .systemLibrary(name: "CLinux"),
        .systemLibrary(name: "CSQLite"),
        .systemLibrary(name: "CCurl"),
        .systemLibrary(name: "COpenSSL"),

        // Layer 1: tools without domain knowledge.
        layer("Base", []),
        layer("Posix", ["Base", "CLinux"]),
        layer("Crypto", ["Base", "COpenSSL"]),
        layer("TLS", ["Base", "COpenSSL"]),
        layer("Database", ["Base", "Posix", "CSQLite"]),

        // Layer 2: wire formats. Pure: bytes in, values or actions out.
        layer("HTTPWire", ["Base"]),
        layer("SMTPWire", ["Base"]),
        layer("MailFormat", ["Base", "Crypto"]),
        layer("DNSWire", ["Base"]),
        layer("Markup", ["Base"]),

        // Layer 3: the domain.
        layer("Model", ["Base"]),
        layer("Ports", ["Base", "Crypto", "DNSWire", "MailFormat", "Model"]),
        layer("Kernel", ["Base", "Crypto", "DNSWire", "MailFormat", "Model", "Ports"]),
        layer("Mailing", ["Base", "Kernel", "Markup", "Model", "Ports"]),
        layer("AdapterKit", ["Base", "Crypto", "HTTPWire", "Kernel", "MailFormat", "Mailing", "Model", "Ports"]),

        // What engines of the store share: rows as bytes, and decisions about them. No SQL.
        layer("Rows", ["Base", "Crypto", "Model", "Ports"]),

        // Layer 4: engines that fill the kernel's ports.
        layer("Storage", ["Base", "Crypto", "Database", "Model", "Ports", "Posix", "Rows"]),
        layer("Serving", ["Base", "Posix", "TLS"]),
        layer(
            "HTTPServer",
            ["AdapterKit", "Base", "HTTPWire", "Kernel", "Mailing", "Model", "Ports", "Posix", "Serving", "TLS"]),
        layer(
            "SMTPServer", ["AdapterKit", "Base", "Kernel", "Model", "Ports", "Posix", "SMTPWire", "Serving", "TLS"]),
        layer("SMTPDelivery", ["Base", "DNSWire", "MailFormat", "Model", "Ports", "Posix", "SMTPWire", "TLS"]),
        layer("HTTPDelivery", ["Base", "CCurl", "DNSWire", "Model", "Ports", "Posix"]),
        layer("Resolver", ["Base", "DNSWire", "Model", "Ports", "Posix"]),

        // Plugins: one vendor each.
        layer(
            "PostStack", ["AdapterKit", "Base", "Model"], path: "Plugins/PostStack",
            exclude: ["CONTRACT.md", "DEVIATIONS.md"]),

        layer(
            "Harepost", ["AdapterKit", "Base", "Model"], path: "Plugins/Harepost",
            exclude: ["CONTRACT.md", "DEVIATIONS.md"]),

        layer(
            "Posthawk", ["AdapterKit", "Base", "Model"], path: "Plugins/Posthawk",
            exclude: ["CONTRACT.md", "DEVIATIONS.md"]),

        layer(
            "AhaSend", ["AdapterKit", "Base", "Model"], path: "Plugins/AhaSend",
            exclude: ["CONTRACT.md", "DEVIATIONS.md"]),

        layer(
            "Harpoon", ["AdapterKit", "Base", "Model"], path: "Plugins/Harpoon",
            exclude: ["CONTRACT.md", "DEVIATIONS.md"]),

        // Layer 5: assembly.
        layer(
            "Composition",
            [
                "AdapterKit", "AhaSend", "Base", "Crypto", "Database", "Harepost", "Harpoon", "HTTPDelivery",
                "HTTPServer", "HTTPWire", "Kernel", "MailFormat", "Mailing", "Model", "Ports", "Posix", "Posthawk",
                "PostStack", "Resolver", "SMTPDelivery",
                "SMTPServer", "SMTPWire", "Serving", "Storage", "TLS",
            ]),
        .executableTarget(name: "polyrelay", dependencies: ["Composition"], swiftSettings: strict),

        // Tests.
        tests("BaseTests", ["Base"]),
        tests("MarkupTests", ["Markup"]),
        tests("CryptoTests", ["Base", "Crypto"]),
        tests("HTTPWireTests", ["Base", "HTTPWire"]),
        tests("SMTPWireTests", ["Base", "SMTPWire"]),
        tests("TLSTests", ["Base", "Crypto", "TLS", "TestKit"]),
        tests("MailFormatTests", ["Base", "Crypto", "MailFormat"]),
        layer(
            "TestKit", ["Base", "Crypto", "DNSWire", "Kernel", "Model", "Ports", "Posix", "Rows"],
            path: "Tests/TestKit"),
        layer(
            "StoreConformance", ["Base", "Crypto", "Kernel", "Model", "Ports", "TestKit"],
            path: "Tests/StoreConformance"),
        layer(
            "AdapterConformance",
            ["AdapterKit", "Base", "HTTPServer", "HTTPWire", "Kernel", "MailFormat", "Model", "Ports", "TestKit"],
            path: "Tests/AdapterConformance"),
        tests(
            "StorageTests",
            [
                "Base", "Crypto", "Database", "Kernel", "Model", "Ports", "Posix", "Rows", "Storage",
                "StoreConformance", "TestKit",
            ]),
        tests("RowsTests", ["Base", "Crypto", "Model", "Ports", "Rows", "TestKit"]),
        tests("KernelTests", ["Base", "Crypto", "DNSWire", "Kernel", "MailFormat", "Model", "Ports", "TestKit"]),
        tests("MailingTests", ["Base", "Mailing", "Model", "Ports", "TestKit"]),
        tests("PosixTests", ["Base", "Posix", "TestKit"]),
        tests(
            "HTTPServerTests",
            [
                "AdapterKit", "Base", "HTTPServer", "HTTPWire", "Kernel", "Model", "Ports", "Posix", "Serving", "TLS",
                "TestKit",
            ]),
        tests("ServingTests", ["Base", "Posix", "Serving", "TestKit"]),
        tests("AdapterKitTests", ["AdapterKit", "Base", "Crypto", "Harepost", "Model", "PostStack", "TestKit"]),
        tests("AhaSendTests", ["AdapterConformance", "AdapterKit", "AhaSend", "Base", "Model"]),
        tests(
            "HarpoonTests",
            ["AdapterConformance", "AdapterKit", "Base", "Harpoon", "Kernel", "Model", "Ports", "TestKit"]),
        // The artificial personality: an adapter as any, but for tests alone.
        layer("Newcomer", ["AdapterKit", "Base", "Model"], path: "Tests/Newcomer"),
        tests("NewcomerTests", ["AdapterConformance", "AdapterKit", "Base", "Model", "Newcomer"]),
        tests("HarepostTests", ["AdapterConformance", "AdapterKit", "Base", "Harepost", "Model"]),
        tests("PosthawkTests", ["AdapterConformance", "AdapterKit", "Base", "Model", "Posthawk"]),
        tests("PostStackTests", ["AdapterConformance", "AdapterKit", "Base", "Model", "PostStack"]),
        tests(
            "TranscriptTests",
            [
                "AdapterKit", "AhaSend", "Base", "DNSWire", "Harepost", "Harpoon", "HTTPServer", "HTTPWire", "Kernel",
                "Mailing", "Model", "Newcomer", "Ports", "Posthawk", "PostStack", "SMTPServer", "SMTPWire", "Storage",
                "TestKit",
            ]),
        tests(
            "CompositionTests",
            ["AdapterKit", "Base", "Composition", "Kernel", "Model", "Ports", "Posix", "SMTPServer"]),
        tests(
            "SMTPServerTests",
            [
                "Base", "Kernel", "MailFormat", "Model", "Ports", "Posix", "SMTPServer", "SMTPWire", "Serving", "TLS",
                "TestKit",
            ]),
        tests(
            "SMTPDeliveryTests",
            ["Base", "DNSWire", "Kernel", "Model", "Ports", "Posix", "SMTPDelivery", "SMTPWire", "TLS", "TestKit"]),
        tests("TidyTests", []),
        tests("DNSWireTests", ["Base", "DNSWire", "TestKit"]),
        tests("ResolverTests", ["Base", "DNSWire", "Ports", "Posix", "Resolver", "TestKit"]),
        tests(
            "HTTPDeliveryTests",
            ["Base", "DNSWire", "HTTPDelivery", "HTTPWire", "Kernel", "Model", "Ports", "Posix", "TestKit"]),
    ]
)
