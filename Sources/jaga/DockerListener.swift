// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import Daemon
import Glibc

/// `jaga docker-listener`: the tutorial's trial of the Docker connection.
struct DockerListener: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "docker-listener",
        abstract: "Try the Docker connection: print each event as one JSON line.",
        discussion: """
            Connects to the engine of DOCKER_HOST (unix://, tcp://, with DOCKER_TLS_VERIFY and \
            DOCKER_CERT_PATH for TLS), or to the first socket found, rootless ones included, and \
            prints events in Wazuh's envelope until interrupted. Nothing is stored.

            EXAMPLES
              jaga docker-listener
              DOCKER_HOST=tcp://10.0.0.5:2376 DOCKER_TLS_VERIFY=1 DOCKER_CERT_PATH=~/.docker \\
                  jaga docker-listener

            EXIT CODES
              0 interrupted   1 the engine went away   2 no engine, no permission, or a wrong DOCKER_HOST
            """
    )

    func run() async throws {
        let trial = DockerListenerTrial(
            environment: HostEnvironment.variables,
            userID: geteuid()
        )
        let connected: DockerListenerTrial.Connected
        do {
            connected = try await trial.connect()
        } catch {
            Terminal.note("jaga: \(error)")
            throw ExitCode(ExitStatus.usage)
        }
        Terminal.note("jaga: \(connected.description); waiting for events, end with Ctrl-C")
        let work = Task {
            try await connected.run { line in
                Terminal.write(line + [UInt8(ascii: "\n")])
            }
        }
        let signals = SignalWatch([SIGINT, SIGTERM]) { work.cancel() }
        defer { signals.stop() }
        let result = await work.result
        await connected.shutdown()
        if work.isCancelled { return }
        if case .failure(let error) = result { Terminal.note("jaga: \(error)") }
        throw ExitCode(ExitStatus.failed)
    }
}
