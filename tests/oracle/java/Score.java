// SPDX-License-Identifier: Apache-2.0
//
// Scores tables with H2O's h2o-genmodel.jar, without its CSV reader. Standard input has a job a line, fields by tabs:
//
//     HOW MODEL ROWS OUTPUT [OFFSET]
//
// HOW is easy (EasyPredictModelWrapper, rows as RowData) or raw (score0 with the numbers of levels). MODEL is a MOJO, or the
// name of a POJO class on the class path. ROWS and OUTPUT are lines of fields separated by tabs, with \t \n \r \\ for these
// characters and \N for missing; the first line of ROWS holds names, with a kind before each: enum:, num:. OFFSET is a
// column. A job that fails writes one line "error TEXT".
import hex.ModelCategory;
import hex.genmodel.GenModel;
import hex.genmodel.MojoModel;
import hex.genmodel.easy.EasyPredictModelWrapper;
import hex.genmodel.easy.RowData;
import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Paths;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

public class Score {
    public static void main(String[] args) throws Exception {
        BufferedReader jobs = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
        for (String line = jobs.readLine(); line != null; line = jobs.readLine()) {
            String[] job = line.split("\t");
            try (PrintWriter out = new PrintWriter(job[3], "UTF-8")) {
                try {
                    run(job[0], load(job[1]), read(job[2]), job.length > 4 ? job[4] : null, out);
                } catch (Throwable error) {
                    out.println("error " + error.toString().replace('\n', ' '));
                }
            }
        }
    }

    private static GenModel load(String name) throws Exception {
        if (name.endsWith(".zip"))
            return MojoModel.load(name);
        return (GenModel) Class.forName(name).getDeclaredConstructor().newInstance();
    }

    private static List<String[]> read(String path) throws Exception {
        List<String[]> rows = new ArrayList<>();
        for (String line : new String(Files.readAllBytes(Paths.get(path)), StandardCharsets.UTF_8).split("\n")) {
            String[] fields = line.split("\t", -1);
            for (int i = 0; i < fields.length; i++)
                fields[i] = unescape(fields[i]);
            rows.add(fields);
        }
        return rows;
    }

    private static String unescape(String text) {
        if (text.equals("\\N"))
            return null;
        StringBuilder out = new StringBuilder();
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c == '\\') {
                c = text.charAt(++i);
                c = c == 't' ? '\t' : c == 'n' ? '\n' : c == 'r' ? '\r' : c;
            }
            out.append(c);
        }
        return out.toString();
    }

    private static String escape(String text) {
        return text.replace("\\", "\\\\").replace("\t", "\\t").replace("\n", "\\n").replace("\r", "\\r");
    }

    private static void run(String how, GenModel model, List<String[]> rows, String offset, PrintWriter out)
            throws Exception {
        EasyPredictModelWrapper wrapper = new EasyPredictModelWrapper(
            new EasyPredictModelWrapper.Config().setModel(model).setConvertUnknownCategoricalLevelsToNa(true));
        ModelCategory category = model.getModelCategory();
        boolean isClassifier = category == ModelCategory.Binomial || category == ModelCategory.Multinomial;
        String[] heads = rows.get(0);
        for (int r = 1; r < rows.size(); r++) {
            Map<String, String> cells = new HashMap<>();
            RowData data = new RowData();
            double shift = 0;
            for (int c = 0; c < heads.length; c++) {
                String name = heads[c].substring(heads[c].indexOf(':') + 1), cell = rows.get(r)[c];
                cells.put(name, cell);
                if (cell == null)
                    continue;
                if (name.equals(offset))
                    shift = Double.parseDouble(cell);
                if (heads[c].startsWith("enum:"))
                    data.put(name, cell);
                else
                    data.put(name, Double.valueOf(cell));
            }
            double[] preds = how.equals("easy") ? wrapper.predictRaw(data, shift)
                : model.score0(encode(model, cells), shift, new double[model.getPredsSize(category)]);
            StringBuilder line = new StringBuilder();
            if (isClassifier)
                line.append(escape(model.getDomainValues(model.getResponseIdx())[(int) preds[0]]));
            int n = isClassifier ? model.nclasses() : category == ModelCategory.Regression ? 1 : preds.length;
            for (int i = 0; i < n; i++)
                line.append(line.length() > 0 || i > 0 ? "\t" : "").append(preds[i + (isClassifier ? 1 : 0)]);
            out.println(line);
        }
    }

    /** The raw row: numbers of levels, one beyond the last for levels that the model does not know. */
    private static double[] encode(GenModel model, Map<String, String> cells) {
        double[] row = new double[model.nfeatures()];
        for (int i = 0; i < row.length; i++) {
            String cell = cells.get(model.getNames()[i]);
            String[] domain = model.getDomainValues(i);
            if (cell == null) {
                row[i] = Double.NaN;
            } else if (domain == null) {
                row[i] = Double.parseDouble(cell);
            } else {
                row[i] = domain.length;
                for (int k = 0; k < domain.length; k++)
                    if (domain[k].equals(cell))
                        row[i] = k;
            }
        }
        return row;
    }
}
