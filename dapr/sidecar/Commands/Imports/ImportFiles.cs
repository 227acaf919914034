namespace StocksDapr.Sidecar.Commands.Imports;

/// <summary>Which files an import means.</summary>
internal static class ImportFiles
{
    private static readonly string[] Endings = [".csv", ".csv.gz", ".txt", ".txt.gz"];

    /// <summary>The file itself, or the CSV files of a folder and those below it, by name. Hidden ones are left out.</summary>
    public static IReadOnlyList<string> Find(string path)
    {
        if (File.Exists(path))
            return [Path.GetFullPath(path)];
        if (!Directory.Exists(path))
            return [];
        return
        [
            .. Directory.EnumerateFiles(path, "*", SearchOption.AllDirectories)
                .Where(file => Endings.Any(ending => file.EndsWith(ending, StringComparison.OrdinalIgnoreCase)))
                .Where(file => !Path.GetRelativePath(path, file).Split(Path.DirectorySeparatorChar).Any(part => part.StartsWith('.')))
                .Select(Path.GetFullPath)
                .Order(StringComparer.Ordinal),
        ];
    }
}
