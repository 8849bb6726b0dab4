import Synchronization

/// What backends keep beside a registry, one object of each type, for as long as the registry lives.
final class RegistryAttachments: Sendable {
    private let objects = Mutex<[ObjectIdentifier: any AnyObject & Sendable]>([:])

    /// The object of this type, made on first use.
    func object<Object: AnyObject & Sendable>(_ make: () -> Object) -> Object {
        objects.withLock { objects in
            if let known = objects[ObjectIdentifier(Object.self)] as? Object { return known }
            let made = make()
            objects[ObjectIdentifier(Object.self)] = made
            return made
        }
    }
}
