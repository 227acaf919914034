using System.Globalization;
using System.Text;

namespace StocksDapr.Sidecar.Hosting.Reloading;

/// <summary>
/// What resource folders look like from outside: names, sizes and times of their YAML files. Looked at now and then, which works on every file system, for
/// every editor's way of saving and for any number of sidecars on a machine, while watches are few and miss things.
/// </summary>
internal static class FolderState
{
    public static string Of(SidecarOptions options)
    {
        var state = new StringBuilder();
        foreach (var folder in options.ResourcesPaths)
        {
            try
            {
                var files = new DirectoryInfo(Path.GetFullPath(folder, options.WorkingDirectory)).GetFiles();
                Array.Sort(files, static (left, right) => string.CompareOrdinal(left.Name, right.Name));
                foreach (var file in files)
                {
                    if (!file.Exists || file.Extension.ToUpperInvariant() is not (".YAML" or ".YML")) continue;
                    // A linked file changes when what it links to does.
                    var content = file.LinkTarget is null ? file : file.ResolveLinkTarget(returnFinalTarget: true) as FileInfo ?? file;
                    state.Append(CultureInfo.InvariantCulture, $"{file.FullName}|{content.Length}|{content.LastWriteTimeUtc.Ticks}\n");
                }
            }
            catch (Exception gone) when (gone is IOException or UnauthorizedAccessException)
            {
                state.Append(CultureInfo.InvariantCulture, $"{folder}|{gone.GetType().Name}\n");
            }
        }

        return state.ToString();
    }
}
