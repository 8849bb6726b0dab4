import TaskInspection

/// What the live view shows: the last dump, what was chosen from it, and where one is.
struct ViewState {
    enum Mode: Equatable {
        case list
        case detail
        case help
        /// Typing the name of a saga.
        case sagaEntry(String)
    }

    /// Where the dumps come from, and how often.
    let place: String
    let interval: Duration

    private(set) var dump: TaskDump?
    /// Why the last look failed.
    private(set) var failure: String?
    private(set) var selection: TaskSelection
    private(set) var mode = Mode.list
    private(set) var isPaused = false
    /// The tasks that are listed.
    private(set) var tasks: [LiveTask] = []
    /// The chosen task, which stays chosen wherever it is sorted to.
    private(set) var chosen: UInt64?
    /// The first line that is shown, of the list or of the detail.
    private(set) var listTop = 0
    private(set) var detailTop = 0

    init(place: String, interval: Duration, selection: TaskSelection) {
        self.place = place
        self.interval = interval
        self.selection = selection
    }

    var chosenIndex: Int? { chosen.flatMap { id in tasks.firstIndex { $0.id == id } } }

    /// The chosen task, also when the filter hides it by now; nil once it has ended.
    var chosenTask: LiveTask? { chosen.flatMap { id in dump?.tasks.first { $0.id == id } } }

    // MARK: what comes

    mutating func show(_ new: TaskDump) {
        guard !isPaused else { return }
        dump = new
        failure = nil
        list()
    }

    mutating func show(_ failure: CommandFailure) {
        guard !isPaused else { return }
        self.failure = failure.description
    }

    /// - Parameter page: how many lines of tasks, or of a detail, are on the screen.
    /// - Returns: false when the view is to end.
    mutating func press(_ key: Key, page: Int) -> Bool {
        if key == .interrupt { return false }
        switch mode {
        case .sagaEntry(let text): type(key, after: text)
        case .help: mode = .list
        case .detail: return pressInDetail(key, page: page)
        case .list: return pressInList(key, page: page)
        }
        return true
    }

    /// Keeps the chosen task on a screen of this many lines.
    mutating func scroll(page: Int) {
        let last = max(0, tasks.count - page)
        if let index = chosenIndex { listTop = min(max(listTop, index - page + 1), index) }
        listTop = min(max(listTop, 0), last)
    }

    // MARK: keys

    private mutating func pressInList(_ key: Key, page: Int) -> Bool {
        switch key {
        case .character("q"): return false
        case .character("h"), .character("?"): mode = .help
        case .character("s"): changeOrder(by: 1)
        case .character("S"): changeOrder(by: -1)
        case .character("r"):
            selection.isReversed.toggle()
            list()
        case .character("/"): mode = .sagaEntry(selection.saga ?? "")
        case .enter:
            guard chosenTask != nil else { break }
            detailTop = 0
            mode = .detail
        case .escape: chosen = nil
        default: pressAnywhere(key, page: page) { $0.move(by: $1) }
        }
        return true
    }

    private mutating func pressInDetail(_ key: Key, page: Int) -> Bool {
        switch key {
        case .character("q"): return false
        case .escape, .enter, .backspace: mode = .list
        default: pressAnywhere(key, page: page) { $0.detailTop = max(0, $0.detailTop + $1) }
        }
        return true
    }

    private mutating func pressAnywhere(_ key: Key, page: Int, move: (inout ViewState, Int) -> Void) {
        switch key {
        case .character(" "): isPaused.toggle()
        case .up, .character("k"): move(&self, -1)
        case .down, .character("j"): move(&self, 1)
        case .pageUp: move(&self, -page)
        case .pageDown: move(&self, page)
        case .home, .character("g"): move(&self, -1_000_000_000)
        case .end, .character("G"): move(&self, 1_000_000_000)
        default: break
        }
    }

    private mutating func type(_ key: Key, after text: String) {
        switch key {
        case .character(let character): mode = .sagaEntry(String((text + String(character)).prefix(128)))
        case .backspace: mode = .sagaEntry(String(text.dropLast()))
        case .escape: mode = .list
        case .enter:
            selection.saga = text.isEmpty ? nil : text
            mode = .list
            list()
        default: break
        }
    }

    private mutating func changeOrder(by step: Int) {
        let all = TaskOrder.allCases
        let index = all.firstIndex(of: selection.order) ?? 0
        selection.order = all[(index + step + all.count) % all.count]
        list()
    }

    private mutating func move(by lines: Int) {
        guard !tasks.isEmpty else { return }
        // The first key chooses the first task on the screen.
        let target = chosenIndex.map { $0 + lines } ?? (lines.magnitude == 1 ? listTop : listTop + lines)
        chosen = tasks[min(max(target, 0), tasks.count - 1)].id
    }

    private mutating func list() { tasks = dump.map { selection.tasks(of: $0) } ?? [] }

    /// So that the detail does not scroll out of its own end.
    mutating func limitDetail(lines: Int, page: Int) { detailTop = min(detailTop, max(0, lines - page)) }
}
