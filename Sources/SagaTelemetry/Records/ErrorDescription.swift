/// What telemetry says of an error: a type of low cardinality for `error.type`, and a message of bounded length.
public enum ErrorDescription {
    /// The type's qualified name, such as `Shop.PaymentError`.
    ///
    /// A private type's name has `(unknown context at $55d0c0ffee).` in it, an address that differs from process to process
    /// and would make a new series each time: it is left out.
    public static func type(of error: any Error) -> String {
        let name = String(reflecting: Swift.type(of: error))
        guard let start = name.firstRange(of: "(unknown context at $"),
            let end = name[start.upperBound...].firstIndex(of: ")")
        else { return name }
        let rest = name[name.index(after: end)...]
        return String(name[..<start.lowerBound] + (rest.first == "." ? rest.dropFirst() : rest))
    }

    /// At most 1,024 characters: an error may carry a whole response body.
    public static func message(of error: any Error) -> String { String(String(describing: error).prefix(1024)) }
}
