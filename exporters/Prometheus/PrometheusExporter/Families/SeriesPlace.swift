/// Where a renderer keeps what never changes of one series.
struct SeriesPlace {
    /// The first of the series' lines, or its labels; negative when it is not on the page.
    var first: Int
    /// The last page that shows the series: no series stands twice on a page, which also bounds what a page can hold.
    var page = 0

    static let unknown = SeriesPlace(first: -1)
    /// Another series of the family has the same labels.
    static let duplicate = SeriesPlace(first: -2)

    var isKnown: Bool { first != Self.unknown.first }
}
