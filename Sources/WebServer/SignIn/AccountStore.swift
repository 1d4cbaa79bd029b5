// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

import HostFiles
import Synchronization

/// The accounts as the server sees them: the file's, looked at anew at most
/// once a second, so that what the command line changes counts soon.
final class AccountStore: Sendable {
    private struct State {
        var accounts = Accounts()
        var stamp: FileStamp?
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
            let stamp = FileStamp(of: file.path)
            let known = state.withLock { state -> Accounts? in
                guard state.checked != nil, state.stamp == stamp else { return nil }
                state.checked = now
                return state.accounts
            }
            if let known { return known }
            let accounts = try file.read()
            remember(accounts, stamp, now)
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
            // Another writer may come between: then the stamp is older than
            // the file, and it is read again.
            remember(accounts, nil, now)
            return result
        }
    }

    private func remember(_ accounts: Accounts, _ stamp: FileStamp?, _ now: Int64) {
        state.withLock { state in
            state.accounts = accounts
            state.stamp = stamp
            state.checked = now
        }
    }
}
