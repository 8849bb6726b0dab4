/// Reads every setting from the first source that has it, and collects what is wrong.
struct SettingReader {
    private let sources: [SettingSource]
    private(set) var problems: [ConfigurationError.Problem] = []

    init(_ sources: [SettingSource]) { self.sources = sources }

    /// Leaves the values as they are when the setting stands nowhere.
    mutating func read(_ setting: Setting, into values: inout SettingValues) {
        for source in sources {
            do {
                guard let found = try source.find(setting) else { continue }
                if setting.apply(found.text, &values) { return }
                report(found.name, setting.shown(found.text), source.name, "expected \(setting.allowed)")
            } catch {
                report(setting.key, nil, source.name, "expected \(setting.allowed), not \(error)")
            }
            return
        }
    }

    /// Every `SAGASCOPE_` variable must be one of ours: a typing mistake shall not pass for a setting.
    mutating func check(variables: [String: String]) {
        for (name, value) in variables.sorted(by: { $0.key < $1.key }) {
            guard name.hasPrefix("SAGASCOPE_"), Setting.byName[name] == nil, !isOfKubernetes(name, value) else {
                continue
            }
            let known = Setting.byName.keys.filter { $0.hasPrefix("SAGASCOPE_") }
            report(name, nil, "environment", "is no setting of Sagascope" + guess(name, among: known))
        }
    }

    mutating func check(_ file: SettingsFile) {
        for (key, value) in file.values.sorted(by: { $0.key < $1.key }) {
            if key == Setting.file.key {
                report(key, nil, file.path, "stands in the environment; a file names no other file")
            } else if Setting.byKey[key] == nil {
                report(key, nil, file.path, "is no setting of Sagascope" + guess(key, among: Array(Setting.byKey.keys)))
            } else if case .object = value, Setting.byKey[key]?.allowed != SettingForm.pairs.allowed {
                report(key, "{…}", file.path, "expected \(Setting.byKey[key]?.allowed ?? "")")
            }
        }
    }

    private mutating func report(_ setting: String, _ value: String?, _ source: String, _ reason: String) {
        let isKnown = problems.contains { $0.setting == setting && $0.source == source }
        guard !isKnown else { return }
        problems.append(.init(setting: setting, value: value, source: source, reason: reason))
    }

    /// Kubernetes describes a service named `sagascope` to every pod beside it, in variables of this prefix.
    private func isOfKubernetes(_ name: String, _ value: String) -> Bool {
        name.hasPrefix("SAGASCOPE_SERVICE_") || name.hasPrefix("SAGASCOPE_PORT_")
            || (name == "SAGASCOPE_PORT" && value.contains("://"))
    }

    private func guess(_ name: String, among known: [String]) -> String {
        let nearest = known.min { (distance($0, name), $0) < (distance($1, name), $1) }
        guard let nearest, distance(nearest, name) <= 4 else { return "" }
        return "; did you mean \(nearest)?"
    }
}

/// Levenshtein's distance, to guess which setting was meant.
private func distance(_ left: String, _ right: String) -> Int {
    let right = Array(right.utf8)
    var row = Array(0...right.count)
    for (i, a) in left.utf8.enumerated() {
        var diagonal = row[0]
        row[0] = i + 1
        for (j, b) in right.enumerated() {
            let substitution = diagonal + (a == b ? 0 : 1)
            diagonal = row[j + 1]
            row[j + 1] = min(substitution, row[j] + 1, diagonal + 1)
        }
    }
    return row[right.count]
}
