/// What telemetry says of an error: a type of low cardinality for `error.type`, and a message of bounded length.
public enum ErrorDescription {
    /// The type's qualified name, such as `Shop.PaymentError`.
    public static func type(of error: any Error) -> String { String(reflecting: Swift.type(of: error)) }

    /// At most 1,024 characters: an error may carry a whole response body.
    public static func message(of error: any Error) -> String { String(String(describing: error).prefix(1024)) }
}
