(function () {
  'use strict';
  var tip = document.createElement('div');
  tip.className = 'tip';
  tip.hidden = true;
  document.body.appendChild(tip);

  function parse(text, separator) {
    return text.trim().split(/\s+/).map(function (item) { return item.split(separator).map(Number); });
  }

  function add(parent, text, className) {
    var line = document.createElement('div');
    line.textContent = text;
    if (className) line.className = className;
    parent.appendChild(line);
  }

  function nearest(line, x, y, isBoth) {
    var best = 0, least = Infinity;
    line.points.forEach(function (point, i) {
      var far = Math.abs(point[0] - x) + (isBoth ? Math.abs(point[1] - y) : 0);
      if (far < least) { least = far; best = i; }
    });
    return { index: best, far: least };
  }

  document.querySelectorAll('.plot').forEach(function (plot) {
    var svg = plot.querySelector('svg'), isBoth = plot.dataset.mode === 'xy';
    var lines = Array.from(svg.querySelectorAll('polyline')).map(function (polyline) {
      var ring = document.createElementNS(svg.namespaceURI, 'circle');
      ring.setAttribute('class', 'hover ' + polyline.getAttribute('class').replace('line', ''));
      ring.setAttribute('r', '4');
      ring.style.display = 'none';
      svg.appendChild(ring);
      return {
        name: polyline.dataset.name, ring: ring,
        points: parse(polyline.getAttribute('points'), ','), values: parse(polyline.dataset.v, ',')
      };
    });
    function leave() {
      tip.hidden = true;
      lines.forEach(function (line) { line.ring.style.display = 'none'; });
    }
    svg.addEventListener('pointerleave', leave);
    svg.addEventListener('pointermove', function (event) {
      var at = new DOMPoint(event.clientX, event.clientY).matrixTransform(svg.getScreenCTM().inverse());
      var hits = lines.map(function (line) { return nearest(line, at.x, at.y, isBoth); });
      if (!hits.length) return;
      var closest = hits.reduce(function (a, b) { return b.far < a.far ? b : a; });
      tip.textContent = '';
      lines.forEach(function (line, i) {
        var hit = hits[i], isShown = isBoth ? hit === closest : true;
        line.ring.style.display = isShown ? '' : 'none';
        if (!isShown) return;
        var point = line.points[hit.index], value = line.values[hit.index];
        line.ring.setAttribute('cx', point[0]);
        line.ring.setAttribute('cy', point[1]);
        if (isBoth) {
          add(tip, line.name, 'head');
          add(tip, plot.dataset.x + ': ' + value[0]);
          add(tip, plot.dataset.y + ': ' + value[1]);
          if (value.length > 2) add(tip, plot.dataset.extra + ': ' + value[2]);
        } else {
          if (!tip.firstChild) add(tip, plot.dataset.x + ': ' + value[0], 'head');
          add(tip, line.name + ': ' + value[1]);
        }
      });
      tip.hidden = false;
      var box = tip.getBoundingClientRect();
      tip.style.left = Math.max(4, Math.min(event.clientX + 14, innerWidth - box.width - 8)) + 'px';
      tip.style.top = Math.max(4, event.clientY - box.height - 12) + 'px';
    });
  });

  // Folded parts are printed, too.
  addEventListener('beforeprint', function () {
    document.querySelectorAll('details').forEach(function (fold) {
      fold.dataset.was = fold.open ? '1' : '';
      fold.open = true;
    });
  });
  addEventListener('afterprint', function () {
    document.querySelectorAll('details').forEach(function (fold) { fold.open = fold.dataset.was === '1'; });
  });
})();
