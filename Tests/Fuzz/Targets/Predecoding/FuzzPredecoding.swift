// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

package import FuzzSupport

/// The engine that all inputs go through.
private nonisolated(unsafe) var session = FuzzSession(
    FuzzEngine.make(
        decoders: "<decoder name=\"x\"><program_name></program_name></decoder>",
        rules: """
            <group name="x,"><rule id="1" level="3"><category>syslog</category>
            <description>$(hostname) $(program_name)</description></rule></group>
            """
    )
)

/// The head of a line: dates, hosts, programs.
@_cdecl("LLVMFuzzerTestOneInput")
package func fuzz(_ start: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
    let bytes = FuzzInput.bytes(start, count)
    session.run(bytes)
    return 0
}

@_cdecl("FuzzPredecoding_main")
package func start(_ count: CInt, _ arguments: FuzzDriver.Arguments) -> CInt {
    FuzzDriver.run(count, arguments, fuzz)
}
