using System.Globalization;
using StocksDapr.Sidecar.Running.Records;

namespace StocksDapr.Sidecar.Commands;

/// <summary>What <c>up</c> was asked for.</summary>
internal sealed record UpRequest
{
    public string? File { get; init; }

    public required DataFolder Data { get; init; }

    /// <summary>The gateway's port; 0 is any.</summary>
    public int? Port { get; init; }

    public bool FreePorts { get; init; }

    public string? Components { get; init; }

    public bool Daprd { get; init; }

    public bool Build { get; init; } = true;

    public bool SimulatedData { get; init; } = true;

    /// <summary>The same request as arguments, for the process in the background.</summary>
    public IReadOnlyList<string> ToArguments()
    {
        var arguments = new List<string> { "up", UpCommand.BackgroundFlag, "--data", Data.Path };
        if (File is not null)
            arguments.AddRange(["--file", Path.GetFullPath(File)]);
        if (Port is { } port)
            arguments.AddRange(["--port", port.ToString(CultureInfo.InvariantCulture)]);
        if (Components is not null)
            arguments.AddRange(["--components", Components]);
        AddSwitch("--free-ports", FreePorts);
        AddSwitch("--daprd", Daprd);
        AddSwitch("--no-build", !Build);
        AddSwitch("--no-data", !SimulatedData);
        return arguments;

        void AddSwitch(string name, bool on)
        {
            if (on)
                arguments.Add(name);
        }
    }
}
