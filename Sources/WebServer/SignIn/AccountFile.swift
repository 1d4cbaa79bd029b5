// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

import FoundationEssentials
import HostFiles

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
        let bytes: [UInt8]
        do {
            bytes = try WholeFile.read(path, limit: Self.sizeLimit)
        } catch {
            if error.isMissing { return Accounts() }
            throw WebServerError(error)
        }
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
        do {
            return try WholeFile.locked(path) {
                let before = try read()
                var accounts = before
                let result = try change(&accounts)
                if accounts != before { try write(accounts) }
                return result
            }
        } catch let error as HostFileError {
            throw WebServerError(error)
        }
    }

    private func write(_ accounts: Accounts) throws {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys]
        let bytes = [UInt8](try encoder.encode(accounts)) + [UInt8(ascii: "\n")]
        try WholeFile.replace(path, with: bytes, .secret)
    }
}

extension WebServerError {
    /// A file beside the data that cannot be read or written.
    init(_ error: HostFileError) {
        self.init(.accounts, error.message)
    }
}
