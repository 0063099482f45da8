using System.CommandLine;
using System.Text;
using Apex.Vpn.Samples.WireGuard;

Argument<string> name = new("INTERFACE") { Description = "The name of the TUN interface, at most 15 characters." };
Option<bool> foreground = new("--foreground", "-f") { Description = "Stay in the foreground and log to standard error." };
Option<FileInfo?> capture = new("--capture") { Description = "Write inner packets to this pcapng file, for debugging.", HelpName = "FILE" };

name.Validators.Add(static result =>
{
    string text = result.GetValueOrDefault<string>() ?? "";
    if (Encoding.UTF8.GetByteCount(text) is 0 or > 15 || text is "." or ".." || text.Any(static c => c is '/' or ':' or '%' || char.IsWhiteSpace(c)))
        result.AddError("An interface's name has 1 to 15 bytes, without spaces, '/', ':' and '%'.");
});

RootCommand command = new("A userspace WireGuard interface, configured with wg(8) or wg-quick(8). Ends when its interface or socket is removed.")
{
    name,
    foreground,
    capture,
};
command.Options.OfType<VersionOption>().Single().Action = new VersionAction();
command.SetAction(async (parsed, cancellationToken) =>
{
    DaemonOptions options = DaemonOptions.Read(parsed.GetRequiredValue(name), parsed.GetValue(foreground), parsed.GetValue(capture));
    if (!OperatingSystem.IsLinux()) return Fail("apex-wg runs on Linux only.");
    return options.Foreground ? await Daemon.RunAsync(options, cancellationToken) : Background.Start(options);
});
return await command.Parse(args).InvokeAsync();

static int Fail(string message)
{
    Console.Error.WriteLine(message);
    return ExitCodes.Failure;
}
