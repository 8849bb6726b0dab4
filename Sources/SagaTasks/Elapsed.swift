extension UInt64 {
    /// Nanoseconds since an earlier reading of the recording clock. Readings on two processors may be some 100 ns out of
    /// order: none then.
    func elapsed(since earlier: UInt64) -> UInt64 { self > earlier ? self - earlier : 0 }

    /// Of nanoseconds.
    var seconds: Double { Double(self) * 1e-9 }
}
