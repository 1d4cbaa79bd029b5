// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

import ActiveResponse
import AlertStore
import ArgumentParser
import Daemon
import EventModel
import Glibc

/// `jaga respond`: what was done about alerts, its undoing, a trial.
struct Respond: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Look after responses: list, undo, run by hand, try on recorded alerts.",
        discussion: """
            Responses are written in ossec.conf (docs/responses.md). Jaga's own acts are only \
            said, as alerts, until their block says <mode>enforce</mode>.

            EXAMPLES
              jaga respond list
              jaga respond undo 17
              jaga respond run docker-pause --container ID --enforce
              jaga respond test --config ossec.conf < /var/lib/jaga/alerts/alerts.json

            EXIT CODES
              0 done   1 failed, or not done in time   2 wrong use   3 mistakes in ossec.conf
            """,
        subcommands: [List.self, Undo.self, Run.self, Test.self]
    )

    /// The data folder, of which the journal and the requests are looked at.
    struct FolderOption: ParsableArguments {
        @Option(help: ArgumentHelp("The data folder; see jaga up --help.", valueName: "dir"))
        var data: String?

        var folder: DataFolder { HostEnvironment.data(data) }

        func history() throws -> JournalHistory {
            try Failure.reported { try ResponseJournal.read(folder.responseJournal) }
        }

        /// Who asks, for the audit trail.
        var user: String {
            HostEnvironment.variables["SUDO_USER"] ?? HostEnvironment.variables["USER"]
                ?? "uid \(getuid())"
        }

        /// Asks the Jaga that works on the folder, and waits until the journal shows that it
        /// did.
        func ask(
            _ request: RequestFolder.Request,
            until isDone: (JournalHistory) -> Bool
        ) async throws -> JournalHistory? {
            try Failure.reported {
                try RequestFolder(path: folder.responseRequests).post(request)
            }
            for _ in 0..<100 {
                try await Task.sleep(for: .milliseconds(100))
                let history = try history()
                if isDone(history) { return history }
            }
            return nil
        }
    }

    /// `jaga respond list`: what stands, and what has ended.
    struct List: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "List acts, tabs between: id, state, since, until, act, target, why."
        )

        @OptionGroup var option: FolderOption

        @Flag(help: "Also acts that have ended; the last thousand are kept.")
        var all = false

        func run() throws {
            let history = try option.history()
            for id in history.acts.keys.sorted() {
                guard let record = history.acts[id], all || record.ending == nil else { continue }
                Terminal.write(AccountAccess.line(RespondText.cells(record)))
            }
            if history.damages > 0 {
                Terminal.note("jaga: \(history.damages) lines of the journal could not be read")
            }
        }
    }

    /// `jaga respond undo`: undoes an act before its time.
    struct Undo: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Undo acts that stand, through the Jaga that runs."
        )

        @Argument(help: "Numbers of acts, as jaga respond list has them.")
        var ids: [UInt64]

        @OptionGroup var option: FolderOption

        func run() async throws {
            for id in ids {
                let record = try option.history().acts[id]
                guard let record, record.ending == nil else {
                    Terminal.note("jaga: act \(id) does not stand; see: jaga respond list")
                    throw ExitCode(ExitStatus.failed)
                }
                let seen = try await option.ask(.undo(id, by: option.user)) {
                    $0.acts[id]?.ending != nil
                }
                guard let ending = seen?.acts[id]?.ending else { throw RespondText.late(id) }
                Terminal.write(TerminalText.escape("\(id): \(ending.detail)") + "\n")
            }
        }
    }

    /// `jaga respond run`: an act by hand.
    struct Run: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract:
                "Do an act by hand, through the Jaga that runs; without --enforce it is only said.",
            discussion: "Protections hold, limits do not."
        )

        @Argument(help: "A <command> of ossec.conf, or a built-in act such as docker-pause.")
        var command: String

        @Option(help: ArgumentHelp("The full id of a container.", valueName: "id"))
        var container: String?

        @Option(help: ArgumentHelp("An IP address.", valueName: "ip"))
        var address: String?

        @Option(help: ArgumentHelp("A user of this host.", valueName: "name"))
        var account: String?

        @Option(help: "Undo it after so many minutes; else it stands until it is undone.")
        var minutes: Int?

        @Flag(help: "Do it in earnest.")
        var enforce = false

        @OptionGroup var option: FolderOption

        func validate() throws {
            guard [container, address, account].compactMap({ $0 }).count == 1 else {
                throw ValidationError("give one of --container, --address and --account")
            }
            guard target != nil else {
                throw ValidationError("--container takes all 64 digits; --address an IP address")
            }
            guard minutes.map({ (1...525_600).contains($0) }) ?? true else {
                throw ValidationError("--minutes is from 1 to 525600")
            }
        }

        private var target: ActTarget? {
            if let container {
                return ContainerTarget(id: container, name: "", image: "", engine: "")
                    .map { .container($0) }
            }
            if let address { return ActTarget(address: address) }
            return account.map { .account($0) }
        }

        func run() async throws {
            guard let target else { return }
            let next = try option.history().nextID
            let order = RequestFolder.Order(
                command: command,
                mode: enforce ? .enforce : .dryRun,
                seconds: minutes.map { $0 * 60 },
                by: option.user
            )
            let request = RequestFolder.Request.run(target, order)
            let seen = try await option.ask(request) { history in
                !enforce
                    || history.acts.contains {
                        $0.key >= next && ($0.value.standing.isConfirmed || $0.value.ending != nil)
                    }
            }
            guard enforce else {
                Terminal.note("jaga: asked; what it would do is in the alerts")
                return
            }
            let record = seen?.acts.filter { $0.key >= next }.min { $0.key < $1.key }?.value
            guard let record else {
                Terminal.note("jaga: not done within ten seconds; the alerts say why")
                throw ExitCode(ExitStatus.failed)
            }
            Terminal.write(AccountAccess.line(RespondText.cells(record)))
            if record.ending?.how == .failed { throw ExitCode(ExitStatus.failed) }
        }
    }
}
