/// A queue from whose middle can be taken: every operation takes the same time, however long it is.
struct LinkedSlots<Element> {
    private struct Slot {
        var element: Element?
        var next: Int?
        var previous: Int?
    }

    private var slots: [Slot] = []
    private var free: [Int] = []
    private(set) var first: Int?
    private var last: Int?

    var isEmpty: Bool { first == nil }

    /// - Returns: where it is, until it is taken.
    mutating func append(_ element: Element) -> Int {
        let slot = Slot(element: element, next: nil, previous: last)
        let place: Int
        if let used = free.popLast() {
            slots[used] = slot
            place = used
        } else {
            place = slots.count
            slots.append(slot)
        }
        if let last { slots[last].next = place } else { first = place }
        last = place
        return place
    }

    /// - Returns: nil when it was taken before.
    @discardableResult
    mutating func remove(at place: Int) -> Element? {
        let slot = slots[place]
        guard let element = slot.element else { return nil }
        if let previous = slot.previous { slots[previous].next = slot.next } else { first = slot.next }
        if let next = slot.next { slots[next].previous = slot.previous } else { last = slot.previous }
        slots[place] = Slot()
        free.append(place)
        if isEmpty { (slots, free) = ([], []) }
        return element
    }

    mutating func popFirst() -> Element? { first.flatMap { remove(at: $0) } }
}
