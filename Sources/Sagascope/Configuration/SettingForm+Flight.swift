import TaskInspection

extension SettingForm<Int> {
    static let flightBytes = whole(
        "a whole number of bytes, \(FlightRecorder.allowedBytes.lowerBound) to \(FlightRecorder.allowedBytes.upperBound)",
        FlightRecorder.allowedBytes)
}
