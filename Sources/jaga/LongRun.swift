// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

import Daemon
import Glibc

/// What runs until a signal ends it: signals, systemd, exit code.
struct LongRun {
    private let printer: ConsolePrinter

    init(_ printer: ConsolePrinter) {
        self.printer = printer
    }

    /// Runs a manager or an all-in-one; SIGHUP reads its ruleset again.
    func manager(_ jaga: AllInOne) async throws {
        let (reloads, reload) = AsyncStream.makeStream(
            of: Void.self,
            bufferingPolicy: .bufferingNewest(1)
        )
        let hangups = SignalWatch([SIGHUP]) { reload.yield() }
        defer { hangups.stop() }
        try await untilSignal { try await jaga.run(reloads: reloads) }
    }

    /// Runs an agent, anew each time its manager asks for it.
    func agent(_ agent: AgentProcess) async throws {
        try await untilSignal {
            while try await agent.run() == .restart {}
        }
    }

    private func untilSignal(_ body: @escaping @Sendable () async throws -> Void) async throws {
        let work = Task {
            let service = ServiceManager(environment: HostEnvironment.variables)
            service?.ready()
            async let watch: Void? = service?.watch()
            try await body()
            _ = await watch
        }
        let ends = SignalWatch([SIGINT, SIGTERM]) { work.cancel() }
        defer { ends.stop() }
        let result = await work.result
        printer.finish()
        try Failure.reported { try result.get() }
    }
}
