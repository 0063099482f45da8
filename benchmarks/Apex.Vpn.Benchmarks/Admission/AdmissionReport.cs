using System.Globalization;
using System.Text.Json;

namespace Apex.Vpn.Benchmarks.Admission;

/// <summary>What was measured. Times in milliseconds.</summary>
/// <param name="ConfiguredP50">A configured peer's first handshake, from initiation to response; median of turns.</param>
/// <param name="UnknownP50">An unknown, granted key's, whose lookup takes no time.</param>
/// <param name="AddedP50">The difference, turn by turn; median.</param>
/// <param name="AddedP99">The same of the 99th percentiles.</param>
/// <param name="Answered">Unknown keys that were let in, of so many.</param>
/// <param name="Sent">Unknown keys that knocked.</param>
/// <param name="QuietP99">Known clients' handshakes without strangers.</param>
/// <param name="FloodedP99">Known clients' handshakes under the flood.</param>
/// <param name="FloodRatio">Their quotient, turn by turn; median.</param>
/// <param name="FloodRate">Messages of strangers per second.</param>
/// <param name="RevocationLongest">From the call until the peer and its keys are gone: the longest of all.</param>
/// <param name="RevocationP50">The median.</param>
/// <param name="FloodedRevocationLongest">The longest under the flood.</param>
/// <param name="BytesPerMark">Memory for an erased peer, with as many as the last figure says.</param>
/// <param name="Marks">How many marks there were.</param>
internal sealed record AdmissionReport(
    double ConfiguredP50, double UnknownP50, double AddedP50, double AddedP99, int Answered, int Sent,
    double QuietP99, double FloodedP99, double FloodRatio, double FloodRate,
    double RevocationLongest, double RevocationP50, double FloodedRevocationLongest, double BytesPerMark, int Marks)
{
    internal void Print(TextWriter output) => output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"""
        connect: configured p50 {ConfiguredP50:F3} ms, unknown key without its lookup {UnknownP50:F3} ms; added p50 {AddedP50:F3} ms, p99 {AddedP99:F3} ms; {Answered} of {Sent} let in
        known clients' p99: quiet {QuietP99:F3} ms, under {FloodRate:F0} strangers/s {FloodedP99:F3} ms; ratio {FloodRatio:F2}
        revocation until peer and keys are gone: p50 {RevocationP50:F3} ms, longest {RevocationLongest:F3} ms; under the flood longest {FloodedRevocationLongest:F3} ms
        memory per erased peer: {BytesPerMark:F1} B with {Marks:N0}
        """));

    internal string ToJson() => JsonSerializer.Serialize(this, JsonSerializerOptions.Web);
}
