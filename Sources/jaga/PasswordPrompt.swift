// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

import Glibc

/// Asking for a password: unseen and twice on a terminal, else the first line
/// of standard input.
enum PasswordPrompt {
    /// Longer lines are no passwords.
    private static let limit = 4096

    /// The password; nil when none is given or the two differ.
    static func read(for name: String) -> String? {
        guard isatty(STDIN_FILENO) == 1 else { return line() }
        guard let first = ask("Password for \(name): "), let second = ask("Once more: "),
            first == second
        else { return nil }
        return first
    }

    private static func ask(_ text: String) -> String? {
        Terminal.write([UInt8](text.utf8), to: STDERR_FILENO)
        var state = termios()
        guard tcgetattr(STDIN_FILENO, &state) == 0 else { return nil }
        var silent = state
        silent.c_lflag &= ~tcflag_t(ECHO)
        guard tcsetattr(STDIN_FILENO, TCSAFLUSH, &silent) == 0 else { return nil }
        defer {
            tcsetattr(STDIN_FILENO, TCSAFLUSH, &state)
            Terminal.write([UInt8]("\n".utf8), to: STDERR_FILENO)
        }
        return line()
    }

    private static func line() -> String? {
        var bytes: [UInt8] = []
        var byte: UInt8 = 0
        while bytes.count < limit {
            let count = Glibc.read(STDIN_FILENO, &byte, 1)
            if count < 0, errno == EINTR { continue }
            if count <= 0 || byte == UInt8(ascii: "\n") { break }
            bytes.append(byte)
        }
        if bytes.last == UInt8(ascii: "\r") { bytes.removeLast() }
        return bytes.isEmpty ? nil : String(validating: bytes, as: UTF8.self)
    }
}
