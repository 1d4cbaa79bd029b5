// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

import Glibc

/// Standard output and error as this program uses them.
///
/// Output is written as bytes, complete, or the program ends quietly when the
/// reader went away, as a pipe's member should.
enum Terminal {
    /// Whether colours are wanted there: a terminal, and `NO_COLOR` unset.
    ///
    /// Source: https://no-color.org
    static func wantsColour(_ descriptor: Int32) -> Bool {
        guard isatty(descriptor) == 1 else { return false }
        if let value = getenv("NO_COLOR"), value.pointee != 0 { return false }
        guard let terminal = getenv("TERM") else { return false }
        return String(cString: terminal) != "dumb"
    }

    static func write(_ text: String) {
        write([UInt8](text.utf8), to: STDOUT_FILENO)
    }

    /// Writes a line to standard error.
    static func note(_ text: String) {
        write([UInt8]((text + "\n").utf8), to: STDERR_FILENO)
    }

    /// Writes all bytes; ends the program when nobody reads standard output
    /// any more.
    static func write(_ bytes: [UInt8], to descriptor: Int32 = STDOUT_FILENO) {
        if attempt(bytes, to: descriptor) || descriptor != STDOUT_FILENO { return }
        exit(errno == EPIPE ? 0 : ExitStatus.failed)
    }

    /// Writes all bytes; false when that is not possible, `errno` says why.
    static func attempt(_ bytes: [UInt8], to descriptor: Int32) -> Bool {
        var start = 0
        while start < bytes.count {
            let count = bytes[start...].withUnsafeBytes {
                Glibc.write(descriptor, $0.baseAddress, $0.count)
            }
            if count >= 0 {
                start += count
            } else if errno == EAGAIN {
                var wait = pollfd(fd: descriptor, events: Int16(POLLOUT), revents: 0)
                poll(&wait, 1, 1000)
            } else if errno != EINTR {
                return false
            }
        }
        return true
    }

    /// Everything on standard error's terminal line is erased; nothing happens
    /// when it is not a terminal.
    static func clearLine() {
        if isatty(STDERR_FILENO) == 1 { write([UInt8]("\r\u{1B}[K".utf8), to: STDERR_FILENO) }
    }
}

/// The program's exit codes.
enum ExitStatus {
    static let failed: Int32 = 1
    static let usage: Int32 = 2
    static let invalidConfiguration: Int32 = 3
}
