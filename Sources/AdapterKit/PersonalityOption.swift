public import Base

/// An option of a personality with the type of its value: declared once, as a constant beside the code that reads it.
///
///     static let signUp = PersonalityOption.boolean("signup", standard: false, local: true, "whether ...")
///     public let options = [Accounts.signUp.declaration]
///     guard call.option(Accounts.signUp) else { ... }
public struct PersonalityOption<Value: Sendable>: Sendable {
    /// For `Personality.options`.
    public let declaration: OptionDeclaration
    let standard: Value
    /// nil for a value of another kind, which no reader of the configuration gives.
    let read: @Sendable (OptionValue) -> Value?

    private init(
        _ name: String, _ kind: OptionDeclaration.Kind, standard: Value, local: Value?, _ help: String,
        write: (Value) -> OptionValue, read: @escaping @Sendable (OptionValue) -> Value?
    ) {
        declaration = OptionDeclaration(
            name: name, kind: kind, standard: write(standard), local: local.map(write), help: help)
        self.standard = standard
        self.read = read
    }
}

extension PersonalityOption where Value == Bool {
    public static func boolean(_ name: String, standard: Bool, local: Bool? = nil, _ help: String) -> Self {
        Self(name, .boolean, standard: standard, local: local, help, write: OptionValue.boolean) { value in
            if case .boolean(let boolean) = value { boolean } else { nil }
        }
    }
}

extension PersonalityOption where Value == Int {
    /// The help names the unit.
    public static func number(
        _ name: String, in range: ClosedRange<Int>, standard: Int, local: Int? = nil, _ help: String
    ) -> Self {
        Self(name, .number(range), standard: standard, local: local, help, write: OptionValue.number) { value in
            if case .number(let number) = value { number } else { nil }
        }
    }
}

extension PersonalityOption where Value == Duration {
    public static func duration(
        _ name: String, in range: ClosedRange<Duration>, standard: Duration, local: Duration? = nil, _ help: String
    ) -> Self {
        Self(name, .duration(range), standard: standard, local: local, help, write: OptionValue.duration) { value in
            if case .duration(let duration) = value { duration } else { nil }
        }
    }
}

extension PersonalityOption where Value: RawRepresentable<String> & CaseIterable {
    /// The words are the cases of an enum.
    public static func word(_ name: String, standard: Value, local: Value? = nil, _ help: String) -> Self {
        Self(
            name, .word(Value.allCases.map(\.rawValue)), standard: standard, local: local, help,
            write: { .word($0.rawValue) }
        ) { value in
            if case .word(let word) = value { Value(rawValue: word) } else { nil }
        }
    }
}

extension PersonalityOption where Value == WebURL? {
    /// None where the configuration is silent.
    public static func url(_ name: String, local: WebURL? = nil, _ help: String) -> Self {
        Self(name, .url, standard: nil, local: local.map { Optional($0) }, help, write: OptionValue.url) { value in
            if case .url(let url) = value { .some(url) } else { nil }
        }
    }
}

extension PersonalityOption where Value == [String] {
    /// None where the configuration is silent.
    public static func names(_ name: String, countMax: Int, local: [String]? = nil, _ help: String) -> Self {
        Self(name, .names(countMax), standard: [], local: local, help, write: OptionValue.names) { value in
            if case .names(let names) = value { names } else { nil }
        }
    }
}

extension Call {
    /// How an option of the personality stands.
    public func option<Value>(_ option: PersonalityOption<Value>) -> Value {
        services.options[option.declaration.name].flatMap(option.read) ?? option.standard
    }
}
