import TaskInspection

/// Asks an admin server for the tasks.
struct AdminSource: DumpSource {
    let server: AdminClient

    var name: String { server.name }

    func dump() async throws(CommandFailure) -> TaskDump {
        try checked(decode(try await server.get("/debug/tasks", accept: "application/json")))
    }
}
