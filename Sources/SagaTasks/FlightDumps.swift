import TaskInspection

/// The flight recorder's recordings, with the names of sagas and steps.
public enum FlightDumps {
    /// A trace of what is held now, for ui.perfetto.dev; nil while the recorder is off.
    public static func trace() -> [UInt8]? {
        guard FlightRecorder.shared.isOn else { return nil }
        return FlightRecorder.shared.events().perfettoTrace(labels: labels())
    }

    /// A task's track is its saga's; its name is that of the step it was in.
    package static func labels() -> (UInt64, UInt32) -> FlightLabel? {
        let scopes = TaskScopes.all
        return { _, label in
            guard label > 0, label <= scopes.count else { return nil }
            let scope = scopes[Int(label) - 1]
            return FlightLabel(track: scope.saga, name: scope.step ?? scope.saga)
        }
    }
}
