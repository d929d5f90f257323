public import Base
import Model

extension Form {
    /// An absolute URL of http or https; `url` fault otherwise.
    public mutating func url(_ field: StaticString, required: Bool = false, maximumLength: Int) -> WebURL? {
        guard let text = string(field, required: required) else { return nil }
        guard text.utf8.count <= maximumLength else {
            note(FieldFault("\(field)", .length(maximum: maximumLength), value: UserData(text)))
            return nil
        }
        if let url = WebURL(text) { return url }
        note(FieldFault("\(field)", .url, value: UserData(text)))
        return nil
    }
}
