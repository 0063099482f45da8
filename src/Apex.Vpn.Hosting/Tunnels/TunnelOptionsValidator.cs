using Microsoft.Extensions.Options;

namespace Apex.Vpn.Hosting.Tunnels;

/// <summary>Checks options by their attributes; the code is generated, so nothing is reflected over.</summary>
[OptionsValidator]
internal sealed partial class TunnelOptionsValidator : IValidateOptions<TunnelOptions>;
