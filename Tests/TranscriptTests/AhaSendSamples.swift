/// A good body of each of AhaSend's routes that has one, by the name in its description.
enum AhaSendSamples {
    static let all: [String: Sample] = [
        "createAPIKey": Sample(
            "/api-keys", #"{"label":"k","scopes":["messages:read:all"],"ip_allow_list":["192.0.2.0/24"]}"#),
        "updateAPIKey": Sample("/api-keys", #"{"label":"another","scopes":["accounts:read"],"ip_allow_list":[]}"#),
        "createDomain": Sample(
            "/domains",
            """
            {"domain":"new.example","tracking_subdomain":"t","return_path_subdomain":"r","subscription_subdomain":null,\
            "media_subdomain":null,"dkim_rotation_interval_days":null,"dkim_selector":"s","sending_type":"marketing"}
            """),
        "updateDomain": Sample("/domains", #"{"tracking_subdomain":"t","sending_type":"marketing"}"#),
        "createMessage": Sample("/messages", message(#""recipients":[{"email":"ann@example.net","name":"Ann"}]"#)),
        "createConversation": Sample(
            "/messages",
            message(
                #""to":[{"email":"ann@example.net","name":"Ann"}],"cc":[{"email":"b@example.net"}],"#
                    + #""bcc":[{"email":"c@example.net"}]"#)),
        "createSuppression": Sample(
            "/suppressions",
            #"{"email":"ann@example.net","expires_at":"2126-01-01T00:00:00Z","domain":"example.com","reason":"r"}"#),
        "createWebhook": Sample("/webhooks", webhook),
        "updateWebhook": Sample("/webhooks", webhook.replacing("\"w\"", with: "\"another\"")),
        "createSMTPCredential": Sample(
            "/smtp-credentials", #"{"name":"c","scope":"scoped","sandbox":true,"domains":["example.com"]}"#),
    ]

    static let webhook = """
        {"name":"w","url":"https://hooks.example.net/x","scope":"scoped","domains":["example.com"],"enabled":true,\
        "on_reception":true,"on_delivered":false}
        """

    private static func message(_ recipients: String) -> String {
        """
        {"from":{"email":"hello@example.com","name":"Hello"},\(recipients),"subject":"s","text_content":"t",\
        "html_content":"<p>h</p>","amp_content":"<a>","reply_to":{"email":"r@example.net"},\
        "attachments":[{"data":"aGk=","base64":true,"content_type":"text/plain","file_name":"a.txt",\
        "content_disposition":"inline","content_id":"<a@b>"}],"headers":{"X-A":"b"},"tags":["one"],"sandbox":true,\
        "sandbox_result":"bounce","tracking":{"open":false,"click":null},"retention":{"metadata":null,"data":null},\
        "schedule":{"first_attempt":null,"expires":null}}
        """
    }

    struct Sample: Sendable {
        /// The list that shows what was changed.
        let list: String
        let body: String

        init(_ list: String, _ body: String) {
            self.list = list
            self.body = body
        }
    }
}
