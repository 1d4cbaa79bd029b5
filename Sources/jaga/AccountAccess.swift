// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

import AlertStore
import Daemon
import WebServer

/// The users and tokens of a data folder, for subcommands; failures are
/// printed and end the program.
struct AccountAccess {
    private let folder: DataFolder
    private let file: AccountFile

    /// - Parameter flag: The value of `--data`.
    init(_ flag: String?) {
        folder = HostEnvironment.data(flag)
        file = AccountFile(folder: folder.state)
    }

    func read() throws -> Accounts {
        try Failure.reported { try file.read() }
    }

    /// Changes them; the folder is made when it is missing.
    func update<Result>(_ change: (inout Accounts) throws -> Result) throws -> Result {
        try Failure.reported {
            try folder.prepare()
            return try file.update(change)
        }
    }

    /// A line of cells, with what a terminal would obey made visible.
    static func line(_ cells: [String]) -> String {
        cells.map { TerminalText.escape($0) }.joined(separator: "\t") + "\n"
    }
}
