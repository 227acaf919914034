using System.CommandLine;
using StocksDapr.Sidecar.Running;
using StocksDapr.Sidecar.Running.Records;

namespace StocksDapr.Sidecar.Commands;

/// <summary>Where the template and the data are, unless the command line says so.</summary>
internal static class Places
{
    private const string Template = "dapr.yaml";

    public static Option<string?> DataOption() => new("--data")
    {
        Description = "The folder of the database, logs and keys. Default: .data beside dapr.yaml.",
        HelpName = "DIR",
    };

    /// <summary>The template named, else the one of the repository that this program was built in, else the nearest above the working directory.</summary>
    /// <exception cref="RunFailedException">There is none.</exception>
    public static string FindTemplate(string? named)
    {
        if (named is not null)
            return Path.GetFullPath(Directory.Exists(named) ? Path.Combine(named, Template) : named);
        return Above(AppContext.BaseDirectory) ?? Above(Directory.GetCurrentDirectory())
            ?? throw new RunFailedException($"There is no {Template} here or above. Name one with --file.");
    }

    /// <summary>The folder named, else <c>.data</c> of the repository.</summary>
    public static DataFolder FindData(string? named) =>
        new(Path.GetFullPath(named ?? Path.Combine(Path.GetDirectoryName(FindTemplate(null))!, ".data")));

    /// <summary>The repository's root folder.</summary>
    public static string Root => Path.GetDirectoryName(FindTemplate(null))!;

    private static string? Above(string folder)
    {
        for (var place = new DirectoryInfo(folder); place is not null; place = place.Parent)
        {
            var file = Path.Combine(place.FullName, Template);
            if (File.Exists(file))
                return file;
        }

        return null;
    }
}
