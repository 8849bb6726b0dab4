import TaskInspection

/// Reads a dump that a failed saga, or SIGUSR2, left in a file.
struct FileSource: DumpSource {
    let path: String

    var name: String { path }

    func dump() async throws(CommandFailure) -> TaskDump { try checked(decode(try LocalFile(path: path).read())) }
}
