// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

import Daemon
import Foundation
import Testing

@Suite("Watching the ruleset's files")
struct RulesetWatchTests {
    private let folder: String

    init() throws {
        folder = NSTemporaryDirectory() + "jaga-watch-" + UUID().uuidString
        try FileManager.default.createDirectory(
            atPath: folder + "/rules",
            withIntermediateDirectories: true
        )
        try write("one", to: "rules/a.xml")
        try write("<ossec_config/>", to: "ossec.conf")
    }

    private func write(_ text: String, to file: String) throws {
        try Data(text.utf8).write(to: URL(fileURLWithPath: folder + "/" + file))
    }

    /// Whether a change is told, within ten seconds.
    ///
    /// The watch is on the folder's rules, lists and `ossec.conf`; `change` is made
    /// once it looks.
    private func told(after change: @Sendable () throws -> Void) async throws -> Bool {
        let (looks, looked) = AsyncStream<Void>.makeStream()
        let (changes, changed) = AsyncStream<Void>.makeStream()
        let folder = folder
        let watch = RulesetWatch(
            {
                looked.yield()
                let folders = ["rules", "lists"].map { folder + "/" + $0 }
                return .init(folders: folders, files: [folder + "/ossec.conf"])
            },
            pace: .init(
                tick: .milliseconds(5),
                settling: .milliseconds(50),
                patrol: .milliseconds(200)
            )
        )
        return try await withThrowingTaskGroup(of: Bool.self) { group in
            group.addTask {
                await watch.run { changed.yield() }
                return false
            }
            // The second look comes when the first is over.
            var patrols = looks.makeAsyncIterator()
            for _ in 0..<2 { _ = await patrols.next() }
            try change()
            group.addTask {
                for await _ in changes { return true }
                return false
            }
            group.addTask {
                // The bound of the wait; the change comes by the stream.
                try await Task.sleep(for: .seconds(10))
                return false
            }
            defer { group.cancelAll() }
            return try await group.next() ?? false
        }
    }

    @Test("a file that says something else is told")
    func rewritten() async throws {
        defer { try? FileManager.default.removeItem(atPath: folder) }
        #expect(try await told { try write("another", to: "rules/a.xml") })
    }

    @Test("a new file, also in a folder that was not there, is told")
    func created() async throws {
        defer { try? FileManager.default.removeItem(atPath: folder) }
        let folder = folder
        #expect(
            try await told {
                try FileManager.default.createDirectory(
                    atPath: folder + "/lists/deeper",
                    withIntermediateDirectories: true
                )
                try write("key:value", to: "lists/deeper/names")
            }
        )
    }

    @Test("a removed file is told")
    func removed() async throws {
        defer { try? FileManager.default.removeItem(atPath: folder) }
        let folder = folder
        #expect(
            try await told {
                try FileManager.default.removeItem(atPath: folder + "/rules/a.xml")
            }
        )
    }

    @Test("a file that another takes the place of is told")
    func replaced() async throws {
        defer { try? FileManager.default.removeItem(atPath: folder) }
        let folder = folder
        #expect(
            try await told {
                try write("<ossec_config></ossec_config>", to: "new")
                rename(folder + "/new", folder + "/ossec.conf")
            }
        )
    }

    @Test("many changes, one after the other, are told once they are over")
    func settled() async throws {
        defer { try? FileManager.default.removeItem(atPath: folder) }
        let folder = folder
        let (changes, changed) = AsyncStream<Int>.makeStream()
        let (looks, looked) = AsyncStream<Void>.makeStream()
        let watch = RulesetWatch(
            {
                looked.yield()
                return .init(folders: [folder + "/rules"], files: [])
            },
            pace: .init(
                tick: .milliseconds(5),
                settling: .milliseconds(400),
                patrol: .milliseconds(100)
            )
        )
        let watching = Task {
            await watch.run {
                let names = try? FileManager.default.contentsOfDirectory(atPath: folder + "/rules")
                changed.yield(names?.count ?? 0)
            }
        }
        defer { watching.cancel() }
        var patrols = looks.makeAsyncIterator()
        for _ in 0..<2 { _ = await patrols.next() }

        for number in 0..<20 { try write("rule", to: "rules/\(number).xml") }

        var told = changes.makeAsyncIterator()
        #expect(await told.next() == 21)
    }

    @Test("reload_on_change and switch_off_after are settings of <ruleset>")
    func settings() {
        let text = """
            <ossec_config><ruleset><reload_on_change>no</reload_on_change>
            <switch_off_after>3</switch_off_after></ruleset></ossec_config>
            """

        let read = OssecConfiguration([UInt8](text.utf8), file: "ossec.conf")

        #expect(!read.settings.reloadsOnChange)
        #expect(read.settings.switchOffAfter == 3)
        #expect(read.diagnostics.isEmpty)
        #expect(Settings().reloadsOnChange)
        #expect(Settings().switchOffAfter == 10)
    }
}
