/// Reads what `swift_demangle` writes, as far as it takes to name a function. Text it does not know stays as it is.
struct DemangledName {
    struct Entity {
        var text: String
        /// Where the code was written: of an extension the module of the extension.
        var module: Substring?
    }

    private var rest: Substring
    /// Code that the compiler put between a call and a function.
    private(set) var isThunk = false
    /// A function or closure that can suspend; of accessors the text does not tell.
    private(set) var isAsync = false
    private var hasSignature = false

    init(_ demangled: String) {
        rest = demangled[...]
        if let suffix = demangled.firstRange(of: " with unmangled suffix ") { rest = demangled[..<suffix.lowerBound] }
    }

    /// `closure #1 in shop.charge(_:)`, `shop.charge(_:)`.
    mutating func readEntity() -> Entity {
        skipPrefixes()
        if rest.hasPrefix("reabstraction thunk") {
            isThunk = true
            return Entity(text: "reabstraction", module: nil)
        }
        for kind in ["closure #", "implicit closure #"] where rest.hasPrefix(kind) {
            rest.removeFirst(kind.count)
            let name = kind + rest.prefix { $0.isNumber }
            noteSignature()
            return readContext(of: name)
        }
        return readFunction()
    }

    /// Only the first signature is that of the function itself; others are of what it is in.
    private mutating func noteSignature() {
        guard !hasSignature else { return }
        hasSignature = true
        guard let effect = range(of: " async ") else { return }
        isAsync = range(of: " in ").map { effect.lowerBound < $0.lowerBound } ?? true
    }

    /// `name`, and what it is a part of.
    private mutating func readContext(of name: String) -> Entity {
        guard let context = range(of: " in ") else { return Entity(text: name, module: nil) }
        rest = rest[context.upperBound...]
        let outer = readEntity()
        return Entity(text: "\(name) in \(outer.text)", module: outer.module)
    }

    // MARK: prefixes

    /// Parts and specializations of a function, which count as the function itself.
    private static let parts = [
        "await resume partial function for ", "suspend resume partial function for ", "merged ", "static ", "class ",
        "@objc ", "@nonobjc ", "dynamic ", "override ", "async function pointer to ",
        "variable initialization expression of ", "property wrapper backing initializer of ",
        "one-time initialization function for ",
    ]
    private static let specializations = [
        "function signature specialization ", "generic specialization ", "generic not re-abstracted specialization ",
        "generic partial specialization ", "generic pre-specialization ", "generic not-reabstracted specialization ",
        "closure specialization ", "inlined generic function ",
    ]
    private static let thunks = [
        "partial apply forwarder for ", "partial apply ObjC forwarder for ", "protocol witness for ",
        "dispatch thunk of ", "vtable thunk for ", "curry thunk of ", "distributed thunk ", "distributed accessor for ",
        "back deployment thunk for ", "native-to-foreign thunk for ", "resilient function thunk for ",
    ]

    private mutating func skipPrefixes() {
        while skipPart() || skipSpecialization() || skipThunk() {}
    }

    private mutating func skipPart() -> Bool {
        // The number of a part: "(2) ".
        if rest.first == "(", let close = rest.firstIndex(of: ")"), rest[close...].hasPrefix(") "),
            rest[..<close].dropFirst().allSatisfy(\.isNumber)
        {
            rest = rest[close...].dropFirst(2)
            return true
        }
        if rest.hasPrefix("default argument "), let of = rest.firstRange(of: " of ") {
            rest = rest[of.upperBound...]
            return true
        }
        return skip(oneOf: Self.parts)
    }

    private mutating func skipSpecialization() -> Bool {
        let before = rest
        guard skip(oneOf: Self.specializations) else { return false }
        skipBrackets()
        if rest.hasPrefix(" of ") {
            rest.removeFirst(4)
            return true
        }
        rest = before
        return false
    }

    private mutating func skipThunk() -> Bool {
        guard skip(oneOf: Self.thunks) else { return false }
        isThunk = true
        if let conformance = rest.firstRange(of: " in conformance ") { rest = rest[..<conformance.lowerBound] }
        return true
    }

    private mutating func skip(oneOf prefixes: [String]) -> Bool {
        guard let prefix = prefixes.first(where: { rest.hasPrefix($0) }) else { return false }
        rest.removeFirst(prefix.count)
        return true
    }

    // MARK: functions

    private mutating func readFunction() -> Entity {
        let whole = rest
        var names: [Substring] = []
        var module: Substring?
        repeat {
            if skipPrivateContext() { continue }
            if skip(oneOf: ["(extension in "]) {
                module = rest.prefix { $0 != ")" }
                rest = rest.dropFirst(module?.count ?? 0).dropFirst(2)
                names = module.map { [$0] } ?? []
                // The module of the extended type.
                _ = readName()
                continue
            }
            guard let name = readName() else { return Entity(text: String(whole), module: nil) }
            names.append(name)
            skipGenerics()
        } while skip(oneOf: ["."])
        var text = names.joined(separator: ".")
        let isLocal = rest.hasPrefix(" #")
        if isLocal {
            rest.removeFirst(2)
            let number = rest.prefix { $0.isNumber }
            rest.removeFirst(number.count)
            if number != "1" { text += " #\(number)" }
            if rest.first == " ", let next = rest.dropFirst().first, "(<@".contains(next) { rest.removeFirst() }
        }
        skipGenerics()
        while rest.first == "@" { rest = rest.drop { $0 != " " }.dropFirst() }
        let isFunction = rest.first == "("
        if isFunction { text += readLabels() }
        noteSignature()
        if names.count > 1, !isLocal { return Entity(text: text, module: module ?? names[0]) }
        // One name alone is that of a local function, or the beginning of a phrase for something of the compiler's.
        return isLocal || isFunction ? readContext(of: text) : Entity(text: String(whole), module: nil)
    }

    /// What stands for the file of a private initializer: "(in _0123)", at times after its type.
    private mutating func skipPrivateContext() -> Bool {
        guard rest.first == "(", let file = rest.firstRange(of: "(in _"),
            let close = rest[file.upperBound...].firstIndex(of: ")")
        else { return false }
        let first = rest.prefix { $0 != ")" }
        guard file.lowerBound == rest.startIndex || !first.contains(" in ") else { return false }
        rest = rest[close...].dropFirst()
        return true
    }

    /// One part of a qualified name.
    private mutating func readName() -> Substring? {
        // Private: "(name in _0123)".
        if rest.first == "(", let context = rest.firstRange(of: " in _"),
            let close = rest[context.upperBound...].firstIndex(of: ")")
        {
            let name = rest[..<context.lowerBound].dropFirst()
            rest = rest[close...].dropFirst()
            return name
        }
        for fixity in [" infix", " prefix", " postfix"] {
            guard let end = rest.firstRange(of: fixity) else { continue }
            let name = rest[..<end.lowerBound]
            guard !name.isEmpty,
                name.allSatisfy({ !$0.isLetter && !$0.isNumber && $0 != " " && $0 != "(" && $0 != "_" })
            else { continue }
            rest = rest[end.upperBound...]
            return name
        }
        let name = rest.prefix { !" .<(:".contains($0) }
        rest.removeFirst(name.count)
        return name.isEmpty ? nil : name
    }

    private mutating func skipGenerics() {
        while rest.first == "<" {
            let before = rest.startIndex
            skipBrackets()
            if rest.startIndex == before { return }
        }
    }

    /// The parameters' labels, `(_:for:)`.
    private mutating func readLabels() -> String {
        let before = rest
        skipBrackets()
        guard rest.startIndex > before.startIndex else { return "" }
        let parameters = before[before.startIndex..<rest.startIndex].dropFirst().dropLast()
        return "(" + Self.split(parameters).map { Self.label(of: $0) + ":" }.joined() + ")"
    }

    private static func label(of parameter: Substring) -> Substring {
        let word = parameter.prefix { $0.isLetter || $0.isNumber || $0 == "_" || $0 == "`" || $0 == "$" }
        return !word.isEmpty && parameter.dropFirst(word.count).hasPrefix(": ") ? word : "_"
    }

    private static func split(_ parameters: Substring) -> [Substring] {
        var parts: [Substring] = []
        var brackets = Brackets()
        var start = parameters.startIndex
        for index in parameters.indices {
            brackets.read(parameters[index])
            guard parameters[index] == ",", brackets.depth == 0 else { continue }
            parts.append(parameters[start..<index])
            start = parameters.index(after: index)
        }
        parts.append(parameters[start...])
        return parts.map { $0.drop { $0 == " " } }.filter { !$0.isEmpty }
    }

    // MARK: brackets

    private struct Brackets {
        private(set) var depth = 0
        private var last: Character = " "

        mutating func read(_ character: Character) {
            switch character {
            case "(", "<", "[": depth += 1
            case ">" where last == "-": break
            case ")", ">", "]": depth -= 1
            default: break
            }
            last = character
        }
    }

    /// A bracket with all within it; nothing when it is never closed.
    private mutating func skipBrackets() {
        var brackets = Brackets()
        for index in rest.indices {
            brackets.read(rest[index])
            guard brackets.depth == 0 else { continue }
            rest = rest[index...].dropFirst()
            return
        }
    }

    /// Where `text` is next, outside of all brackets.
    private func range(of text: String) -> Range<Substring.Index>? {
        var brackets = Brackets()
        for index in rest.indices {
            if brackets.depth == 0, rest[index...].hasPrefix(text) {
                return index..<rest.index(index, offsetBy: text.count)
            }
            brackets.read(rest[index])
        }
        return nil
    }
}
