/// Prints `docs/reference.md`: `make docs`.
@main
struct Main {
    static func main() { print(ReferencePage.text, terminator: "") }
}
