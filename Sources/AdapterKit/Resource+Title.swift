public import Model

/// Words for people that most dialects share; one that has its own says so before.
extension Resource {
    /// As a sentence begins with it.
    public var title: String {
        switch self {
        case .account: "Account"
        case .key: "API key"
        case .domain: "Domain"
        case .message: "Email"
        case .job: "Job"
        case .scheduled: "Scheduled email"
        case .template: "Template"
        case .templateDraft: "Template draft"
        case .templateVersion: "Template version"
        case .contact: "Contact"
        case .list: "List"
        case .segment: "Segment"
        case .topic: "Topic"
        case .broadcast: "Broadcast"
        case .suppression: "Suppression"
        case .webhook: "Webhook"
        case .delivery: "Delivery"
        case .route: "Route"
        case .smtpCredential: "SMTP credential"
        case .member: "Member"
        case .subAccount: "Sub-account"
        case .record(let collection): collection
        }
    }
}
