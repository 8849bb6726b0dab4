/// What a trace has besides its ids and flags, in one word that children inherit: what is rare costs the others a bit.
@frozen @usableFromInline struct TraceTraits: Sendable, Hashable {
    @usableFromInline var word: UInt32

    @inlinable init(word: UInt32 = 0) { self.word = word }

    /// A `tracestate` came with the trace; it is in the `ServiceContext`, see ``ServiceContext/traceState``.
    @inlinable var hasState: Bool {
        get { word & 1 << 31 != 0 }
        set { set(1 << 31, newValue) }
    }

    /// B3's debug flag: to be recorded, whatever samplers say.
    @inlinable var isDebug: Bool {
        get { word & 1 << 30 != 0 }
        set { set(1 << 30, newValue) }
    }

    /// A header named the trace and left the sampling to us (B3 may).
    @inlinable var isUndecided: Bool {
        get { word & 1 << 29 != 0 }
        set { set(1 << 29, newValue) }
    }

    /// The unsampled run whose end decides about the span; 0 for none. See ``HeldRun``.
    @inlinable var held: UInt32 {
        get { word & Self.heldMask }
        set { word = word & ~Self.heldMask | newValue & Self.heldMask }
    }

    @inlinable var isHeld: Bool { word & Self.heldMask != 0 }

    @inlinable static var heldMask: UInt32 { 1 << 29 - 1 }

    @inlinable mutating func set(_ bit: UInt32, _ isOn: Bool) { word = isOn ? word | bit : word & ~bit }
}
