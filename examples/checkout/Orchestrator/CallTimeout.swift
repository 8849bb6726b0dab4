/// How long one call of a participant may take, whoever runs the saga.
enum CallTimeout {
    static let limit = Duration.milliseconds(1_000)
}
