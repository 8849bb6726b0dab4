/// The instruments of a registry: which descriptor is which, what each is exported as, and what to tell of conflicts.
///
/// Rules for descriptors that share a name (OpenTelemetry specification, metrics SDK, "Duplicate instrument registration"):
/// - of one kind and unit they are one instrument; the first one's bounds and description stand;
/// - of another kind or unit they are instruments of their own, both exported, with a warning;
/// - of one kind and unit, one counted and one observed, nobody could tell them apart: the newcomer is not exported.
struct InstrumentTable {
    /// How an instrument gets its values.
    enum Source {
        case counted(InstrumentFamily)
        case observed(ObservableInstrument)
        /// A view drops it, or the process has no cells left: measurements go nowhere.
        case nowhere

        var isObserved: Bool { if case .observed = self { true } else { false } }
        var isNowhere: Bool { if case .nowhere = self { true } else { false } }
    }

    struct Instrument {
        /// As it was asked for first.
        let descriptor: MetricDescriptor
        var stream: MetricStream
        let source: Source
        /// Another one is exported under the same name, kind and unit.
        var isHidden = false
    }

    private(set) var options: MetricOptions
    private(set) var instruments: [Instrument] = []
    private var byName: [String: [Int]] = [:]
    private var byIdentity: [MetricStream.Identity: [Int]] = [:]
    /// What is exported under each name, and as which identities: the first of each.
    private var owners: [String: Int] = [:]
    private var identities: Set<MetricStream.Identity> = []
    private var told: Set<MetricDescriptor> = []
    /// Instruments whose conflict with an earlier one was told.
    private var conflicting: Set<Int> = []
    private var overflowed: Set<Int> = []
    /// What is to be logged, once no lock is held: a log handler may measure too.
    private(set) var messages: [String] = []

    init(_ options: MetricOptions) {
        self.options = options.usable
        messages = options.problems.map { "metric options: \($0)" }
    }

    mutating func takeMessages() -> [String] {
        defer { messages = [] }
        return messages
    }

    /// The position of the instrument of this descriptor, which is made if there is none.
    mutating func position(of descriptor: MetricDescriptor, isObserved: Bool) -> Int {
        for position in byName[descriptor.name] ?? [] where fits(position, descriptor, isObserved) {
            if instruments[position].descriptor.kind != descriptor.kind, told.insert(descriptor).inserted {
                let bounds = instruments[position].descriptor.bounds
                messages.append("metric \(descriptor.name) has bounds already, \(bounds); those stand")
            }
            return position
        }
        let identity = MetricStream.Identity(descriptor)
        if let known = byIdentity[identity]?.first(where: { fits($0, descriptor, isObserved) }) {
            byName[descriptor.name, default: []].append(known)
            return known
        }
        return add(descriptor, identity, isObserved)
    }

    private func fits(_ position: Int, _ descriptor: MetricDescriptor, _ isObserved: Bool) -> Bool {
        let known = instruments[position]
        let isSameSource = known.source.isObserved == isObserved || known.source.isNowhere
        return known.descriptor.kind.instrument == descriptor.kind.instrument
            && known.descriptor.unit == descriptor.unit
            && isSameSource
    }

    private mutating func add(
        _ descriptor: MetricDescriptor, _ identity: MetricStream.Identity, _ isObserved: Bool
    ) -> Int {
        let stream = MetricStream(descriptor, options)
        tellOfViews(descriptor)
        let source: Source
        if stream.isDropped {
            source = .nowhere
        } else if isObserved {
            source = .observed(ObservableInstrument(isSum: descriptor.kind != .gauge, attributes: stream.attributes))
        } else if let family = InstrumentFamily(
            stream.layout, attributes: stream.attributes, exemplars: options.exemplarFilter)
        {
            source = .counted(family)
        } else {
            messages.append(
                "metric \(descriptor.name) is not recorded: all cells for counters and histograms are taken")
            source = .nowhere
        }
        let position = instruments.count
        instruments.append(Instrument(descriptor: descriptor, stream: stream, source: source))
        byName[descriptor.name, default: []].append(position)
        byIdentity[identity, default: []].append(position)
        publish(position)
        return position
    }

    // MARK: conflicts

    private mutating func tellOfViews(_ descriptor: MetricDescriptor) {
        let matching = options.views.filter { $0.selector.matches(descriptor) }
        guard matching.count > 1 else { return }
        let others = matching.dropFirst().map(\.selector.name).joined(separator: ", ")
        messages.append(
            """
            metric \(descriptor.name): the view of \(matching[0].selector.name) applies, and those of \(others) do not: \
            one metric has one view, the first that selects it
            """)
    }

    /// Hides the instrument when another one is exported as it is; tells of one that only shares its name.
    private mutating func publish(_ position: Int) {
        guard !instruments[position].stream.isDropped else { return }
        let identity = instruments[position].stream.identity
        instruments[position].isHidden = !identities.insert(identity).inserted
        guard let owner = owners[identity.name] else {
            owners[identity.name] = position
            return
        }
        if conflicting.insert(position).inserted { tell(of: position, besides: owner) }
    }

    private mutating func tell(of newcomer: Int, besides owner: Int) {
        let (new, old) = (instruments[newcomer], instruments[owner])
        let name = new.stream.descriptor.name
        if new.isHidden {
            messages.append(
                """
                metric \(name) is exported already, as the same kind in the same unit; \(new.descriptor.name) is left out: \
                give it another name
                """)
        } else {
            messages.append(
                """
                metric \(name) is a \(old.descriptor.kind.instrument) in \(old.descriptor.unit) and a \
                \(new.descriptor.kind.instrument) in \(new.descriptor.unit); both are exported, and not every \
                destination can tell them apart: give one another name
                """)
        }
    }

    /// For an instrument that does not fit its descriptor: said once.
    mutating func tellOfMisfit(_ descriptor: MetricDescriptor, askedFor kind: MetricView.InstrumentKind) {
        guard told.insert(descriptor).inserted else { return }
        let described = descriptor.kind.instrument
        messages.append(
            "metric \(descriptor.name) is described as \(described) and was asked for as \(kind); not recorded")
    }

    /// - Returns: whether it is the first time.
    mutating func tellOfOverflow(_ position: Int) {
        guard overflowed.insert(position).inserted else { return }
        messages.append(
            """
            metric \(instruments[position].descriptor.name) has \(options.cardinalityLimit.of("set")) of attributes; all \
            further ones share the series otel.metric.overflow: look for an attribute that never repeats
            """)
    }

    // MARK: configuration

    mutating func configure(_ options: MetricOptions) {
        self.options = options.usable
        messages += options.problems.map { "metric options: \($0)" }
        for position in instruments.indices {
            let other = MetricStream(instruments[position].descriptor, self.options)
            if !instruments[position].stream.adopt(other) {
                messages.append(
                    """
                    metric \(instruments[position].descriptor.name) was bound before the metric options came: it keeps its \
                    attributes and buckets; bind it after the bootstrap
                    """)
            }
            if case .counted(let family) = instruments[position].source {
                family.exemplars.set(self.options.exemplarFilter)
            }
        }
        owners = [:]
        identities = []
        for position in instruments.indices { publish(position) }
    }
}
