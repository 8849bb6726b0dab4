/// Which content coding a client wants. Source: RFC 9110, section 12.5.3.
enum ContentCoding: Equatable {
    case identity
    case gzip

    /// - Parameter acceptEncoding: the header's value; several headers are one list. nil or malformed means identity, which
    ///   every client reads.
    init(acceptEncoding: String?) {
        let weights = PreferenceList(acceptEncoding).weights
        let gzip = weights["gzip"] ?? weights["x-gzip"] ?? weights["*"] ?? 0
        // Identity need not be named to be acceptable; only when named can it be preferred.
        let identity = weights["identity"] ?? 0
        self = gzip > 0 && gzip >= identity ? .gzip : .identity
    }
}
