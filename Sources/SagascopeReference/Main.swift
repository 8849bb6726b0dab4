import Foundation

/// Writes the generated pages into the folder that it is called with: `make docs`.
@main
struct Main {
    static let pages = ["reference.md": ReferencePage.text, "configuration.md": ConfigurationPage.text]

    static func main() throws {
        guard CommandLine.arguments.count == 2 else {
            FileHandle.standardError.write(Data("usage: sagascope-reference FOLDER\n".utf8))
            exit(2)
        }
        let folder = URL(filePath: CommandLine.arguments[1], directoryHint: .isDirectory)
        for (name, text) in pages {
            try Data(text.utf8).write(to: folder.appending(path: name))
        }
    }
}
