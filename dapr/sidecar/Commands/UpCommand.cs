using System.CommandLine;
using System.Globalization;

namespace StocksDapr.Sidecar.Commands;

/// <summary><c>up</c>: starts everything and keeps it running.</summary>
internal static class UpCommand
{
    /// <summary>Marks the process that <c>--detach</c> starts.</summary>
    public const string BackgroundFlag = "--background";

    public static Command Make()
    {
        var detach = new Option<bool>("--detach", "-d") { Description = "Run in the background; return when ready (0) or when it cannot become ready (1)." };
        var background = new Option<bool>(BackgroundFlag) { Hidden = true };
        var file = new Option<string?>("--file", "-f") { Description = "The run template. Default: dapr.yaml of this repository.", HelpName = "FILE" };
        var data = Places.DataOption();
        var port = new Option<int?>("--port", "-p") { Description = "The gateway's port; 0 takes any free one. Default: the template's.", HelpName = "N" };
        port.Validators.Add(result =>
        {
            if (result.Tokens is [var token] && int.TryParse(token.Value, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number) && number is < 0 or > 65535)
                result.AddError("--port takes 0 to 65535.");
        });
        var freePorts = new Option<bool>("--free-ports") { Description = "Free ports for all applications and sidecars, so that several runs fit on one machine." };
        var components = new Option<string?>("--components") { Description = "A folder of component files instead of the template's, such as components/rabbitmq.", HelpName = "DIR" };
        var daprd = new Option<bool>("--daprd") { Description = "Start an installed daprd for each application instead of the sidecars that come with this project." };
        var noBuild = new Option<bool>("--no-build") { Description = "Run what was built last." };
        var noData = new Option<bool>("--no-data") { Description = "Start empty: without the simulated provider's data." };
        var command = new Command("up", "Builds and starts everything, and keeps it running until Ctrl-C or `down`.")
        {
            detach, background, file, data, port, freePorts, components, daprd, noBuild, noData,
        };
        command.SetAction((parsed, cancellationToken) =>
        {
            var request = new UpRequest
            {
                File = parsed.GetValue(file),
                Data = Places.FindData(parsed.GetValue(data)),
                Port = parsed.GetValue(port),
                FreePorts = parsed.GetValue(freePorts),
                Components = parsed.GetValue(components) is { } folder ? Path.GetFullPath(folder) : null,
                Daprd = parsed.GetValue(daprd),
                Build = !parsed.GetValue(noBuild),
                SimulatedData = !parsed.GetValue(noData),
            };
            return parsed.GetValue(detach)
                ? new DetachedRun(request).StartAsync(cancellationToken)
                : new AttachedRun(request, parsed.GetValue(background)).RunAsync();
        });
        return command;
    }
}
