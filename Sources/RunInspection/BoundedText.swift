extension String {
    /// At most this many bytes of UTF-8, `…` at the end when something is left out.
    package func shortened(to bytes: Int) -> String {
        guard utf8.count > bytes else { return self }
        var text = String.UnicodeScalarView()
        var left = bytes
        // By scalars: one character alone may be as long as it likes.
        for scalar in unicodeScalars {
            left -= UTF8.width(scalar)
            guard left >= 0 else { break }
            text.append(scalar)
        }
        return String(text) + "…"
    }
}
