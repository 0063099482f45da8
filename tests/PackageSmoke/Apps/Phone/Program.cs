using Apex.Vpn.Protocol;
using Apex.Vpn.Routing.Latency;
using Apex.Vpn.Routing.Selection;

// Alice's key pair of RFC 7748 section 6.1: the native library was found, and it is the right one.
using var key = new PrivateKey(Convert.FromHexString("77076d0a7318a57d3c16c17251b26645df4c2f87ebc0992ab177fba51db92c2a"));
Console.WriteLine(key.DerivePublicKey().ToHex());

var measured = new RttEstimator();
measured.AddSample(TimeSpan.FromMilliseconds(20), TimeSpan.Zero);
Console.WriteLine($"{CostModel.Default.Compute(measured, load: 0.5).Total} ms");
