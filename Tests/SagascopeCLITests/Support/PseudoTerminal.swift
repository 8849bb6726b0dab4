import Foundation
import Glibc
import TestSupport

/// A terminal whose keyboard and screen are the test's.
final class PseudoTerminal {
    let slave: FileHandle
    let settingsBefore: [UInt8]
    private let master: Int32
    /// Everything that was written to the screen since the last ``expect(_:)`` was met.
    private(set) var output = ""
    private var bytes: [UInt8] = []

    struct Failure: Error { let code: Int32 }

    init(rows: Int, columns: Int) throws {
        master = open("/dev/ptmx", O_RDWR | O_NOCTTY | O_CLOEXEC | O_NONBLOCK)
        var unlocked: Int32 = 0
        var number: Int32 = 0
        // TIOCSPTLCK and TIOCGPTN of ioctl_tty(2): what unlockpt and ptsname do, which Swift does not see.
        guard master >= 0, ioctl(master, 0x4004_5431, &unlocked) == 0, ioctl(master, 0x8004_5430, &number) == 0 else {
            throw Failure(code: errno)
        }
        let descriptor = open("/dev/pts/\(number)", O_RDWR | O_NOCTTY | O_CLOEXEC)
        guard descriptor >= 0 else { throw Failure(code: errno) }
        slave = FileHandle(fileDescriptor: descriptor, closeOnDealloc: true)
        settingsBefore = Self.settings(of: descriptor)
        resize(rows: rows, columns: columns)
    }

    deinit { close(master) }

    /// Echo, line editing, signals and the rest, as bytes to compare.
    var settings: [UInt8] { Self.settings(of: slave.fileDescriptor) }

    func resize(rows: Int, columns: Int) {
        var size = winsize(ws_row: UInt16(rows), ws_col: UInt16(columns), ws_xpixel: 0, ws_ypixel: 0)
        _ = ioctl(master, UInt(TIOCSWINSZ), &size)
    }

    func type(_ text: String) { _ = text.utf8CString.withUnsafeBytes { write(master, $0.baseAddress, $0.count - 1) } }

    /// Waits until the text is on the screen, and forgets what was there before.
    func expect(_ text: String) async throws {
        do {
            _ = try await eventually("\(text.debugDescription) is on the screen", every: .milliseconds(5)) {
                drain()
                return output.contains(text) ? true : nil
            }
        } catch {
            throw Missing(text: text, output: output)
        }
        bytes = []
        output = ""
    }

    struct Missing: Error {
        let text: String
        let output: String
    }

    func drain() {
        var buffer = [UInt8](repeating: 0, count: 1 << 16)
        while case let count = read(master, &buffer, buffer.count), count > 0 { bytes += buffer.prefix(count) }
        output = String(decoding: bytes, as: UTF8.self)
    }

    private static func settings(of descriptor: Int32) -> [UInt8] {
        var settings = termios()
        tcgetattr(descriptor, &settings)
        // Of the struct only what the interface defines; the rest is padding.
        return [settings.c_iflag, settings.c_oflag, settings.c_cflag, settings.c_lflag].flatMap { flags in
            withUnsafeBytes(of: flags) { Array($0) }
        } + withUnsafeBytes(of: settings.c_cc) { Array($0) }
    }
}
