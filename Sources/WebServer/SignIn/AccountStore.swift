// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

import Synchronization

/// The accounts as the server sees them: the file's, looked at anew at most
/// once a second, so that what the command line changes counts soon.
final class AccountStore: Sendable {
    private struct State {
        var accounts = Accounts()
        /// The file that they are read from; nil when they were just written.
        var bytes: [UInt8]?
        /// When the file was looked at; nil before the first time.
        var checked: Int64?
    }

    private static let interval: Int64 = 1_000

    private let file: AccountFile
    private let work: BlockingWork
    private let state = Mutex(State())

    init(_ file: AccountFile, _ work: BlockingWork) {
        self.file = file
        self.work = work
    }

    /// The accounts.
    ///
    /// - Throws: ``WebServerError`` `accounts`.
    func accounts(at now: Int64) async throws -> Accounts {
        let fresh = state.withLock { state -> Accounts? in
            guard let checked = state.checked, abs(now - checked) < Self.interval else {
                return nil
            }
            return state.accounts
        }
        if let fresh { return fresh }
        return try await work.run { [self] in
            let bytes = try file.bytes()
            let known = state.withLock { state -> Accounts? in
                guard state.checked != nil, state.bytes == bytes else { return nil }
                state.checked = now
                return state.accounts
            }
            if let known { return known }
            let accounts = try file.accounts(bytes)
            remember(accounts, bytes, now)
            return accounts
        }
    }

    /// Changes the accounts on the disk.
    ///
    /// - Throws: ``WebServerError`` `accounts`; whatever `change` throws, and
    ///   then nothing is changed.
    func update<Result: Sendable>(
        at now: Int64,
        _ change: @escaping @Sendable (inout Accounts) throws -> Result
    ) async throws -> Result {
        try await work.run { [self] in
            let (result, accounts) = try file.update { accounts in
                let result = try change(&accounts)
                return (result, accounts)
            }
            // Another writer may have come between: it is read again soon.
            remember(accounts, nil, now)
            return result
        }
    }

    private func remember(_ accounts: Accounts, _ bytes: [UInt8]?, _ now: Int64) {
        state.withLock { state in
            state.accounts = accounts
            state.bytes = bytes
            state.checked = now
        }
    }
}
