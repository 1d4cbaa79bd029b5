// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

import DockerClient
import EventModel
import Posture
import Testing

@Suite("drift, and executions")
struct DriftTests {
    private static let facts = CleanContainer.facts

    @Test("files of /etc are settings; folders, the engine's own files and data are none")
    func sorting() {
        let drift = Drift([
            FileChange(path: "/etc", kind: .modified),
            FileChange(path: "/etc/passwd", kind: .modified),
            FileChange(path: "/etc/hosts", kind: .modified),
            FileChange(path: "/etc/cron.d", kind: .modified),
            FileChange(path: "/etc/cron.d/x", kind: .added),
            FileChange(path: "/tmp", kind: .modified),
            FileChange(path: "/tmp/miner", kind: .added),
            FileChange(path: "/srv/tool", kind: .added),
            FileChange(path: "/usr/bin/ls", kind: .deleted),
            FileChange(path: "/var/log/a.log", kind: .added),
        ])
        #expect(drift.settings == ["/etc/cron.d/x", "/etc/passwd"])
        #expect(drift.candidates == ["/tmp/miner", "/srv/tool"])
    }

    struct Mode: Sendable {
        let bits: UInt32
        let isProgram: Bool
    }

    @Test(
        "a program is a plain file that can be executed",
        arguments: [
            Mode(bits: 0o755, isProgram: true), Mode(bits: 0o100, isProgram: true),
            Mode(bits: 0o644, isProgram: false), Mode(bits: 0x8000_01ED, isProgram: false),
            Mode(bits: 0x0800_01FF, isProgram: false), Mode(bits: 0x0040_01ED, isProgram: true),
        ]
    )
    func modes(_ mode: Mode) {
        #expect(Drift.isProgram(mode.bits) == mode.isProgram)
    }

    @Test("a new program is told once; settings only after a first look")
    func told() {
        var state = PostureState()
        var drift = Drift()
        drift.settings = ["/etc/nginx/nginx.conf"]
        #expect(state.drifted(Self.facts, drift) == [])
        drift.settings += ["/etc/passwd"]
        drift.executables = ["/tmp/miner"]
        let events = state.drifted(Self.facts, drift)
        #expect(events.map(\.word) == [.driftExecutable, .driftSettings])
        #expect(events.map(\.subjects) == [["/tmp/miner"], ["/etc/passwd"]])
        #expect(state.drifted(Self.facts, drift) == [])
    }

    private static func execution(
        at seconds: Int64,
        isRoot: Bool = true,
        isPrivileged: Bool = false
    ) -> PostureState.Execution {
        var execution = PostureState.Execution(
            command: "sh",
            isRoot: isRoot,
            isPrivileged: isPrivileged,
            time: EngineTime(seconds: seconds)
        )
        execution.startedAt = EngineTime(seconds: 1_000)
        return execution
    }

    private static let quiet: Int64 = 600_000_000_000

    @Test("root's first execution in a quiet container is told, the next one is not")
    func quietContainer() {
        var state = PostureState()
        let first = state.executed(Self.facts, Self.execution(at: 1_600), quiet: Self.quiet)
        #expect(first.map(\.word) == [.execRoot])
        #expect(first.first?.subjects == ["sh"])
        #expect(state.executed(Self.facts, Self.execution(at: 1_700), quiet: Self.quiet) == [])
        let later = state.executed(Self.facts, Self.execution(at: 2_300), quiet: Self.quiet)
        #expect(later.map(\.word) == [.execRoot])
    }

    @Test("neither one right after the start, nor one of another user, is told")
    func ordinary() {
        var state = PostureState()
        #expect(state.executed(Self.facts, Self.execution(at: 1_599), quiet: Self.quiet) == [])
        var other = PostureState()
        let execution = Self.execution(at: 9_000, isRoot: false)
        #expect(other.executed(Self.facts, execution, quiet: Self.quiet) == [])
    }

    @Test("a privileged execution is told at any time")
    func privileged() {
        var state = PostureState()
        let execution = Self.execution(at: 1_001, isRoot: false, isPrivileged: true)
        let events = state.executed(Self.facts, execution, quiet: Self.quiet)
        #expect(events.map(\.word) == [.execPrivileged])
    }
}
