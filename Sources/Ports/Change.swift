public import Base
public import Model

/// One atomic change of durable state. Closed, so that an engine cannot forget one. What is done for every message is a
/// case of its own; the rest stands with its capability.
public enum Change: Sendable {
    /// A message with its recipients, queue rows, first event and idempotency record. Recipients that are suppressed at
    /// that moment get a `suppressed` event in place of a queue row. Indirect, for it is large and handed on often.
    indirect case accept(NewMessage)
    /// The outcomes of attempts. Each applies only if its delivery is still queued: what was cancelled stays cancelled.
    /// Reports on them are accepted with them, each if something that it tells of applied.
    case settle([Settlement], reports: [SettlementReport] = [])
    /// Takes back every delivery of a message none of which was attempted; `wrongState` otherwise.
    case cancel(Message.ID, at: Instant)
    /// Takes back one recipient's delivery that was not attempted; `wrongState` otherwise.
    case cancelPart(DeliveryID, at: Instant)
    /// Moves every delivery of a message none of which was attempted; `wrongState` otherwise.
    case reschedule(Message.ID, due: Instant, at: Instant)
    /// Makes deliveries due at once (`queue retry`); `notFound` where nothing is queued.
    case expedite(Message.ID, due: Instant)
    /// Queues every dead letter of a message again, due at once and with a new lifetime; `notFound` where there is
    /// none.
    case replay(Message.ID, at: Instant)
    /// What was heard of deliveries that had ended. Each is made only where it takes its recipient further
    /// (`RecipientReport.applies`); `wrongState` while one of them is queued still, and then none is made.
    /// Reports of our own on them are accepted with them, as on settlements.
    case report([RecipientReport], reports: [SettlementReport] = [])
    /// Makes these changes unless they were made for the key before, and keeps the answer about them; the changes of
    /// one unit each have their own outcome.
    case keyed(KeyedPlan)
    /// These changes, or none of them: where one is refused, its refusal is the outcome of all. Best in the order in
    /// which they are likely to be refused: a refusal that comes late costs its neighbours in the commit another try.
    case all([Change])

    case directory(DirectoryChange)
    case domain(DomainChange)
    case suppression(SuppressionChange)
    case limits(LimitsChange)
    /// Personalities' own records: a unit that is made as a whole or not at all.
    case record(RecordUnit)
    case facet(FacetChange)
    case webhook(WebhookChange)
    case relay(RelayChange)
    case template(TemplateChange)
    case upkeep(UpkeepChange)
}
