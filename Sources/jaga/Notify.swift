// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import Daemon
import EventModel
import Outputs

/// `jaga notify`: who is told of alerts, and a test of it.
struct Notify: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Look at the outputs of ossec.conf, and send a test message.",
        discussion: """
            Outputs are <integration>, <syslog_output>, <email_alerts>, mail of <global>, and \
            <outputs> of <jaga> (docs/outputs.md). How they stand while Jaga runs is on the \
            dashboard's status page, and GET /api/v1/outputs.

            EXAMPLES
              jaga notify list --config ossec.conf
              jaga notify test slack --config ossec.conf

            EXIT CODES
              0 done   1 the message was not taken   2 wrong use   3 mistakes in ossec.conf
            """,
        subcommands: [List.self, Test.self]
    )

    /// The outputs of a configuration.
    struct Source: ParsableArguments {
        @Option(help: ArgumentHelp("Read this ossec.conf.", valueName: "file"))
        var config: String

        @Option(help: ArgumentHelp("The data folder; see jaga up --help.", valueName: "dir"))
        var data: String?

        func outputs() throws -> [Output] {
            let read = try Failure.reported { try OssecConfiguration.load(config) }
            Failure.list(read.diagnostics)
            guard !read.hasErrors else { throw ExitCode(ExitStatus.invalidConfiguration) }
            return read.settings.outputs.outputs
        }

        var surroundings: OutputSurroundings {
            OutputSurroundings(
                data: HostEnvironment.data(data),
                hostname: HostEnvironment.hostname,
                environment: HostEnvironment.variables
            ) { _, _, _ in }
        }
    }

    /// `jaga notify list`: the outputs, one a line.
    struct List: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "List outputs, tabs between: name, kind, where to."
        )

        @OptionGroup var source: Source

        func run() async throws {
            let surroundings = source.surroundings
            for output in try source.outputs() {
                let target = output.transport(surroundings).target
                Terminal.write(AccountAccess.line([output.name, output.kindName, target]))
            }
        }
    }

    /// `jaga notify test`: a message that says it is a test.
    struct Test: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Send a message that says it is a test, and say how it went."
        )

        @Argument(help: "An output's name, as jaga notify list has it.")
        var name: String

        @OptionGroup var source: Source

        func run() async throws {
            let outputs = try source.outputs()
            guard let output = outputs.first(where: { $0.name == name }) else {
                Terminal.note("jaga: there is no output \(name); see: jaga notify list")
                throw ExitCode(ExitStatus.usage)
            }
            try await Failure.reported { try await output.test(source.surroundings) }
            Terminal.write("\(output.name): the message was taken\n")
        }
    }
}
