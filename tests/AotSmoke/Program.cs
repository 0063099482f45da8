// A native program that uses what ahead-of-time compilation is most likely to break: the native library, system calls with structures,
// threads that block in the kernel, the event source, the meter. Prints a line for each; the test that publishes it reads them.
using System.Diagnostics.Metrics;
using Apex.Vpn.AotSmoke;
using Apex.Vpn.Protocol;
using Apex.Vpn.Protocol.Diagnostics;

// Alice's key pair of RFC 7748 section 6.1.
using (var key = PrivateKey.Parse("77076d0a7318a57d3c16c17251b26645df4c2f87ebc0992ab177fba51db92c2a"))
    Console.WriteLine("key: " + key.DerivePublicKey().ToHex());

using var events = new EventCounter();
using var deadline = new CancellationTokenSource(TimeSpan.FromSeconds(30));
var captured = new MemoryStream();
using (var writer = new PcapngWriter(captured, new PcapngOptions { LeaveOpen = true }))
{
    await using var alice = new Site("alice", 1, filter: null);
    await using var bob = new Site("bob", 2, new PacketCapture(writer));
    await alice.MeetAsync(bob);
    await bob.MeetAsync(alice);

    byte[] sent = Site.Packet(from: 1, to: 2);
    alice.Send(sent);
    byte[] received = bob.Receive(deadline.Token);
    Console.WriteLine("packet: " + (received.AsSpan().SequenceEqual(sent) ? "as it was sent" : "changed"));

    bob.Send(Site.Packet(from: 2, to: 1));
    Console.WriteLine($"answer: {alice.Receive(deadline.Token).Length} bytes");
    Console.WriteLine("metered: " + string.Join(' ', Metered()));
}
Console.WriteLine($"captured: {captured.Length} bytes");
Console.WriteLine("events: " + (events.Count > 0 ? "heard" : "none"));

static IEnumerable<string> Metered()
{
    var names = new SortedSet<string>(StringComparer.Ordinal);
    using var listener = new MeterListener
    {
        InstrumentPublished = static (instrument, listener) =>
        {
            if (instrument.Meter.Name == TelemetryNames.Meter) listener.EnableMeasurementEvents(instrument);
        },
    };
    listener.SetMeasurementEventCallback<long>((instrument, value, _, _) =>
    {
        if (value > 0) names.Add(instrument.Name);
    });
    listener.Start();
    listener.RecordObservableInstruments();
    return names;
}
