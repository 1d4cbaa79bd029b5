// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

import FoundationEssentials
import Glibc

/// `users.json`: read whole, written whole, by the server and the command
/// line at once.
///
/// It is replaced by renaming, so that a reader sees the old or the new one; a
/// lock beside it keeps two writers apart. Everything here blocks.
package struct AccountFile: Sendable {
    private static let sizeLimit = 4 << 20

    package let path: String

    /// - Parameter folder: `DATA/state`, which exists.
    package init(folder: String) {
        path = folder + "/users.json"
    }

    /// What the file holds; nobody when there is none.
    ///
    /// - Throws: ``WebServerError`` `accounts`.
    package func read() throws -> Accounts {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC)
        if descriptor < 0, errno == ENOENT { return Accounts() }
        guard descriptor >= 0 else { throw failure("read") }
        defer { close(descriptor) }
        let bytes = try contents(descriptor)
        do {
            return try JSONDecoder().decode(Accounts.self, from: Data(bytes))
        } catch {
            throw WebServerError(
                .accounts,
                "\(path) is damaged: mend it, or move it away and start again with a new user",
                cause: error
            )
        }
    }

    /// Changes what the file holds, and gives back what `change` does.
    ///
    /// - Throws: ``WebServerError`` `accounts`; whatever `change` throws, and
    ///   then nothing is written.
    package func update<Result>(_ change: (inout Accounts) throws -> Result) throws -> Result {
        let lock = try lock()
        defer { close(lock) }
        let before = try read()
        var accounts = before
        let result = try change(&accounts)
        if accounts != before { try write(accounts) }
        return result
    }

    private func lock() throws -> Int32 {
        let descriptor = open(path + ".lock", O_RDWR | O_CREAT | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { throw failure("lock") }
        PrivateFile.giveToOwner(of: path, descriptor)
        while flock(descriptor, LOCK_EX) != 0 {
            guard errno == EINTR else {
                let error = failure("lock")
                close(descriptor)
                throw error
            }
        }
        return descriptor
    }

    private func contents(_ descriptor: Int32) throws -> [UInt8] {
        var bytes: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 1 << 16)
        while true {
            let count = Glibc.read(descriptor, &buffer, buffer.count)
            if count < 0, errno == EINTR { continue }
            guard count >= 0 else { throw failure("read") }
            if count == 0 { return bytes }
            bytes += buffer[..<count]
            guard bytes.count <= Self.sizeLimit else {
                throw WebServerError(.accounts, "\(path) is larger than \(Self.sizeLimit) bytes")
            }
        }
    }

    private func write(_ accounts: Accounts) throws {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys]
        let bytes = [UInt8](try encoder.encode(accounts)) + [UInt8(ascii: "\n")]
        try PrivateFile.replace(path, with: bytes)
    }

    private func failure(_ act: String) -> WebServerError {
        let reason = String(cString: strerror(errno)).lowercased()
        return WebServerError(.accounts, "cannot \(act) \(path): \(reason)")
    }
}
