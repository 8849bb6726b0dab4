extension Unicode.Scalar {
    /// What words of a Prometheus metric name are made of: ASCII letters, digits and the colon; underscores separate them.
    var isMetricWord: Bool {
        switch self {
        case "a"..."z", "A"..."Z", "0"..."9", ":": true
        default: false
        }
    }
}

extension Character {
    /// A letter with a combining accent is one Character of several scalars, and not ASCII.
    var isMetricWord: Bool { unicodeScalars.count == 1 && unicodeScalars.first?.isMetricWord == true }
}
